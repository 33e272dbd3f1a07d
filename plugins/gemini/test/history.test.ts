import { describe, expect, test } from '@jest/globals'
import { joinEvents } from '@resoftai/sdk/testing'
import type { AssistantMessage, Message, ToolMessage } from '@resoftai/sdk'
import { haveRecordings, recordingsOf } from '../../../tests/recordings/load.ts'
import { chunk, dialectWith, encode, eventsOf, replyOf, wholeReplyOf } from './reading.ts'

interface Turn {
  readonly role: string
  readonly parts: readonly {
    readonly functionCall?: { id?: string }
    readonly functionResponse?: { id?: string; response: unknown; parts?: unknown }
  }[]
}

const user: Message = { role: 'user', content: 'Hi' }
const calls = (...names: readonly string[]): AssistantMessage => ({
  role: 'assistant',
  content: '',
  toolCalls: names.map(name => ({ id: `id_${name}`, name, arguments: '{}' }))
})
const result = (name: string, more: Partial<ToolMessage> = {}): ToolMessage => ({
  role: 'tool',
  toolCallId: `id_${name}`,
  content: name,
  ...more
})

function turnsOf(messages: readonly Message[], model = 'gemini-3.5-flash'): { turns: readonly Turn[]; warnings: readonly string[] } {
  const { body, warnings = [] } = encode({ model, messages })
  return { turns: body['contents'] as readonly Turn[], warnings }
}

/** The rules that Gemini refuses a request by (WIRE.md 10.2). */
function findBreach(turns: readonly Turn[]): string | undefined {
  for (const [place, { role, parts }] of turns.entries()) {
    const count = (field: 'functionCall' | 'functionResponse', turn: Turn | undefined) =>
      turn?.parts.filter(part => part[field] !== undefined).length ?? 0
    if (parts.length === 0) return 'a turn without parts'
    if (role === 'model' && turns[place - 1]?.role !== 'user') return 'a turn of the model that does not follow the user'
    if (count('functionCall', turns[place]) !== count('functionResponse', turns[place + 1])) return 'calls and responses differ in number'
  }
  return undefined
}

describe('a history that was cut or made elsewhere breaks no rule, and is warned of', () => {
  test.each<[string, readonly Message[]]>([
    ['it begins with the model', [{ role: 'assistant', content: 'Hello.' }, user]],
    ['it begins with a call', [calls('a'), result('a'), user]],
    ['it begins with a result', [result('a'), user]],
    ['a result is missing', [user, calls('a', 'b'), result('b'), user]],
    ['all results are missing', [user, calls('a'), user]],
    ['it ends with a call', [user, calls('a')]],
    ['a result comes late', [user, calls('a', 'b'), result('a'), user, result('b')]],
    ['a result comes twice', [user, calls('a'), result('a'), result('a')]],
    ['a result is of no call', [user, calls('a'), result('a'), result('z'), user]],
    ['arguments are no JSON', [user, { ...calls('a'), toolCalls: [{ id: 'id_a', name: 'a', arguments: '[1]' }] }, result('a')]]
  ])('%s', (_, messages) => {
    const { turns, warnings } = turnsOf(messages)
    expect(findBreach(turns)).toBeUndefined()
    expect(warnings).not.toEqual([])
    // Nothing that was said is lost.
    for (const { content } of messages) expect(JSON.stringify(turns)).toContain(content)
  })

  test('a history in order is sent without a word', () => {
    const { turns, warnings } = turnsOf([user, { role: 'assistant', content: 'I look.' }, calls('a', 'b'), result('b'), result('a'), user])
    expect(warnings).toEqual([])
    expect(findBreach(turns)).toBeUndefined()
    // What the model said and what it called is one turn, and responses stand in the order of the calls.
    expect(turns.map(({ role, parts }) => `${role} ${parts.length}`)).toEqual(['user 1', 'model 3', 'user 2', 'user 1'])
    expect(turns[2]?.parts.map(part => part.functionResponse?.id)).toEqual(['id_a', 'id_b'])
  })

  test('a result is never taken for that of another call', () => {
    const { turns } = turnsOf([user, calls('a', 'b'), result('b')])
    expect(turns[2]?.parts.map(part => part.functionResponse?.response)).toEqual([{ error: expect.any(String) }, { result: 'b' }])
  })

  test('an assistant message that says nothing is no turn', () => {
    expect(turnsOf([user, { role: 'assistant', content: '' }, user]).turns.map(({ role }) => role)).toEqual(['user', 'user'])
  })

  test('two calls of one id have two results', () => {
    const twice: AssistantMessage = {
      role: 'assistant',
      content: '',
      toolCalls: ['a', 'b'].map(name => ({ id: 'same', name, arguments: '{}' }))
    }
    const { turns, warnings } = turnsOf([user, twice, result('1', { toolCallId: 'same' }), result('2', { toolCallId: 'same' })])
    expect(warnings).toEqual([])
    expect(turns[2]?.parts.map(part => part.functionResponse?.response)).toEqual([{ result: '1' }, { result: '2' }])
  })
})

describe('tool results', () => {
  const responseOf = (content: ToolMessage['content'], model?: string) => turnsOf([user, calls('a'), result('a', { content })], model)
  const image = { type: 'image', url: 'data:image/png;base64,AA==' } as const

  test('an object is sent as one, unless it has a number that would be rounded', () => {
    expect(responseOf('{"a":1}').turns[2]?.parts[0]?.functionResponse?.response).toEqual({ a: 1 })
    expect(responseOf('[1]').turns[2]?.parts[0]?.functionResponse?.response).toEqual({ result: '[1]' })
    const exact = '{"id":12345678901234567891}'
    expect(responseOf(exact).turns[2]?.parts[0]?.functionResponse?.response).toEqual({ result: exact })
  })

  test('an image stands inside of the response, or behind it before Gemini 3', () => {
    const content = [{ type: 'text' as const, text: 'see' }, image]
    const inside = responseOf(content)
    expect(inside.turns[2]?.parts).toEqual([
      {
        functionResponse: {
          id: 'id_a',
          name: 'a',
          response: { result: 'see' },
          parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }]
        }
      }
    ])
    const behind = responseOf(content, 'gemini-2.5-flash')
    expect(behind.turns[2]?.parts).toHaveLength(3)
    expect([inside.warnings.length, behind.warnings.length]).toEqual([0, 1])
  })
})

describe('what the model said goes back as it came', () => {
  const signed = [
    { text: 'I look.' },
    { functionCall: { id: 'x', name: 'weather', args: { city: 'Rome' } }, thoughtSignature: 's1' },
    { functionCall: { name: 'now', args: {} } }
  ]
  const { message } = replyOf(chunk(signed, 'STOP'))

  test('to a model of its generation', () => {
    const results = message.toolCalls?.map(({ id }): Message => ({ role: 'tool', toolCallId: id, content: 'ok' })) ?? []
    const { turns, warnings } = turnsOf([user, message, ...results], 'gemini-3.1-pro-preview')
    expect(turns[1]?.parts).toEqual(signed)
    expect(turns[2]?.parts.map(part => part.functionResponse?.id)).toEqual(['x', undefined])
    expect(warnings).toEqual([])
  })

  test.each<[string, string, AssistantMessage]>([
    ['to another generation', 'gemini-2.5-flash', message],
    ['when its text was changed', 'gemini-3.5-flash', { ...message, content: 'I look…' }],
    [
      'when a call was changed',
      'gemini-3.5-flash',
      { ...message, toolCalls: message.toolCalls?.map(call => ({ ...call, arguments: '{}' })) ?? [] }
    ],
    ['when a call was taken out', 'gemini-3.5-flash', { ...message, toolCalls: message.toolCalls?.slice(1) ?? [] }],
    ['when its data is spoilt', 'gemini-3.5-flash', { ...message, providerData: { gemini: { parts: [null] } } }]
  ])('but not %s', (_, model, changed) => {
    const text = JSON.stringify(turnsOf([user, changed], model).turns[1])
    expect(text).not.toContain('s1')
    expect(text.includes('skip_thought_signature_validator')).toBe(model.includes('-3'))
  })

  test('arguments may be written differently', () => {
    const spaced = {
      ...message,
      toolCalls: message.toolCalls?.map(call => ({ ...call, arguments: call.arguments.replace(':', ' : ') })) ?? []
    }
    expect(turnsOf([user, spaced]).turns[1]?.parts).toEqual(signed)
  })

  test('a reply without signatures needs no data', () => {
    expect(replyOf(chunk([{ text: 'a' }, { functionCall: { name: 'now' } }], 'STOP')).message.providerData).toBeUndefined()
  })

  test('Vertex AI is told ids only where it gave them', async () => {
    const vertex = await dialectWith({ project: 'p' }, ['access_token'])
    const { body } = encode({ messages: [user, calls('a'), result('a')] }, vertex)
    expect(JSON.stringify(body)).not.toContain('id_a')
  })

  test('texts of a stream are joined, signed ones stay apart', () => {
    const events = eventsOf(
      chunk([{ text: 'a' }]),
      chunk([{ text: 'b' }]),
      chunk([{ text: 'c', thoughtSignature: 's' }]),
      chunk([{ text: 'd' }], 'STOP')
    )
    expect(joinEvents(events).message.providerData).toEqual({
      gemini: { model: 'gemini-3.5-flash', parts: [{ text: 'ab' }, { text: 'c', thoughtSignature: 's' }, { text: 'd' }] }
    })
  })
})

const testRecordings = haveRecordings ? test : test.skip

testRecordings('every recorded reply that is signed goes back part for part (skipped without ../shared/recordings)', () => {
  let seen = 0
  for (const { kind, status, body } of recordingsOf('google', 'google-vertex')) {
    const value =
      kind === 'json' && status === 200 ? (JSON.parse(body) as { candidates?: [{ content?: Turn }]; modelVersion?: string }) : {}
    const parts = value.candidates?.[0].content?.parts ?? []
    if (!JSON.stringify(parts).includes('thoughtSignature')) continue
    const { message } = wholeReplyOf(value)
    expect(turnsOf([user, message], value.modelVersion).turns[1]?.parts).toEqual(parts)
    seen++
  }
  expect(seen).toBeGreaterThan(10)
})
