import { describe, expect, test } from '@jest/globals'
import { json, sse, text, type Answer } from '@resoftai/sdk/testing'
import { Agent, defineTool, type AgentEvent } from 'resoftai'
import { completion, delta, failureOf, finished, question, readAll, said, withVendor } from './support.ts'

const never = { settings: { max_retries: 0 } }
const tools = [{ name: 'weather', parameters: { type: 'object' } }, { name: 'now' }]

interface Piece {
  readonly index?: number | string
  readonly id?: string
  readonly name?: string
  readonly args?: unknown
}

function toPiece({ index, id, name, args }: Piece): object {
  return { index, id, type: 'function', function: { name, arguments: args } }
}

/** Each list is one chunk of a stream. */
function streamOf(chunks: readonly (readonly Piece[])[], reason = 'tool_calls'): Answer {
  return sse([...chunks.map(pieces => delta({ tool_calls: pieces.map(toPiece) })), finished(reason)])
}

function wholeOf(calls: readonly Piece[], reason = 'tool_calls'): Answer {
  const message = { role: 'assistant', content: null, tool_calls: calls.map(toPiece) }
  return json(completion('', { choices: [{ index: 0, message, finish_reason: reason }] }))
}

/** The calls that the whole host makes of a stream. */
async function callsOf(chunks: readonly (readonly Piece[])[]) {
  await using vendor = await withVendor(streamOf(chunks), never)
  // A stream that answers a whole call is put together by the host.
  const reply = await vendor.provider.chat({ ...question, tools })
  return reply.toolCalls
}

describe('several choices', () => {
  const choice = (index: number | undefined, content: string, reason: string | null = null) => ({
    index,
    delta: { content },
    finish_reason: reason
  })
  const chunk = (...choices: readonly object[]) => ({ id: 'c1', model: 'm1', choices })
  const call = { tool_calls: [toPiece({ index: 0, id: 'b', name: 'now', args: '{}' })] }

  test.each<[string, Answer]>([
    [
      'by turns',
      sse([
        chunk(choice(1, 'No')),
        chunk(choice(0, 'Hel')),
        chunk(choice(1, 'no'), choice(0, 'lo')),
        chunk(choice(1, '!', 'length')),
        chunk({ index: 1, delta: call, finish_reason: null }),
        chunk(choice(0, '', 'stop'))
      ])
    ],
    [
      'without numbers',
      sse([
        chunk(choice(undefined, 'Hel'), choice(undefined, 'No')),
        chunk(choice(undefined, 'lo', 'stop'), choice(undefined, 'no', 'length'))
      ])
    ]
  ])('S13 are kept apart: the first is the reply, and nothing of another is mixed in (%s)', async (_name, answer) => {
    await using vendor = await withVendor(answer, never)
    const { events, text: content } = await readAll(vendor.provider.stream(question))
    expect(content).toBe('Hello')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(events.filter(({ type }) => type === 'tool_call')).toEqual([])
    expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1)
  })

  test.each([
    ['with numbers', [1, 0]],
    ['without', [undefined, undefined]]
  ])('S13 so are those of a whole reply (%s)', async (_name, numbers) => {
    const texts = numbers[0] === undefined ? ['Hello', 'Nono'] : ['Nono', 'Hello']
    const choices = texts.map((content, at) => ({ index: numbers[at], message: { content }, finish_reason: at === 0 ? 'length' : 'stop' }))
    await using vendor = await withVendor(json(completion('', { choices })), never)
    expect((await vendor.provider.chat(question)).content).toBe('Hello')
  })

  test('S13 a reply that is cut before its own reason is not finished by the reason of another', async () => {
    const answer = sse([chunk(choice(0, 'Hel')), chunk(choice(1, 'Nono', 'stop'))], { done: false })
    await using vendor = await withVendor(answer, never)
    expect((await readAll(vendor.provider.stream(question))).error).toMatchObject({ kind: 'truncated', partial: 'Hel' })
  })
})

describe('pieces of tool calls', () => {
  const paris = { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' }
  const rome = { id: 'b', name: 'weather', arguments: '{"city":"Rome"}' }
  const now = { id: 'b', name: 'now', arguments: '{}' }

  test.each<[string, readonly (readonly Piece[])[], readonly object[]]>([
    ['no index, whole', [[{ id: 'a', name: 'weather', args: '{"city":"Paris"}' }], [{ id: 'b', name: 'now', args: '{}' }]], [paris, now]],
    [
      'no index, in pieces with their ids by turns',
      [
        [{ id: 'a', name: 'weather', args: '{"city":' }],
        [{ id: 'b', name: 'weather', args: '{"city":' }],
        [{ id: 'a', args: '"Paris"}' }],
        [{ id: 'b', args: '"Rome"}' }]
      ],
      [paris, rome]
    ],
    [
      'no index, and no id but in the first piece',
      [[{ id: 'a', name: 'weather' }], [{ args: '{"city":' }], [{ args: '"Paris"}' }], [{ id: 'b', name: 'now' }], [{ args: '{}' }]],
      [paris, now]
    ],
    [
      'one index with two ids',
      [
        [{ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' }],
        [{ index: 0, id: 'b', name: 'weather', args: '{"city":"Rome"}' }]
      ],
      [paris, rome]
    ],
    [
      'one index with two ids, the second in pieces',
      [
        [{ index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' }],
        [{ index: 0, id: 'b', name: 'weather', args: '' }],
        [{ index: 0, args: '{"city":' }],
        [{ index: 0, args: '"Rome"}' }]
      ],
      [paris, rome]
    ],
    [
      'an id in the first piece only, calls by turns',
      [
        [{ index: 0, id: 'a', name: 'weather', args: '' }],
        [{ index: 1, id: 'b', name: 'weather', args: '' }],
        [
          { index: 1, args: '{"city":' },
          { index: 0, args: '{"city":' }
        ],
        [{ index: 0, args: '"Paris"}' }],
        [{ index: 1, args: '"Rome"}' }]
      ],
      [paris, rome]
    ],
    [
      'a name in pieces',
      [[{ index: 0, id: 'a', name: 'wea' }], [{ index: 0, name: 'th' }], [{ index: 0, name: 'er', args: '{"city":"Paris"}' }]],
      [paris]
    ],
    [
      'an id and a name in every piece',
      [[{ index: 0, id: 'a', name: 'weather', args: '{"city":' }], [{ index: 0, id: 'a', name: 'weather', args: '"Paris"}' }]],
      [paris]
    ],
    [
      'one id for two calls',
      [
        [
          { index: 0, id: 'a', name: 'weather', args: '{"city":"Paris"}' },
          { index: 1, id: 'a', name: 'now', args: '{}' }
        ]
      ],
      [paris, { ...now, id: 'call_1' }]
    ],
    [
      'indexes that start at 1',
      [
        [{ index: 1, id: 'a', name: 'weather' }],
        [{ index: 2, id: 'b', name: 'now', args: '{}' }],
        [{ index: 1, args: '{"city":"Paris"}' }]
      ],
      [paris, now]
    ],
    [
      'indexes that are texts',
      [
        [{ index: '0', id: 'a', name: 'weather' }],
        [{ index: '1', id: 'b', name: 'weather' }],
        [{ index: '0', args: '{"city":"Paris"}' }],
        [{ index: '1', args: '{"city":"Rome"}' }]
      ],
      [paris, rome]
    ]
  ])('S14 are put together: %s', async (_name, chunks, expected) => {
    expect(await callsOf(chunks)).toEqual(expected)
  })

  test.each<[string, readonly (readonly Piece[])[]]>([
    ['two names in one call', [[{ index: 0, id: 'a', name: 'weather', args: '{"ci' }], [{ index: 0, name: 'now', args: 'ty"' }]]],
    ['no name at all', [[{ index: 0, id: 'a', args: '{}' }]]],
    ['a second call without a name', [[{ index: 0, id: 'a', name: 'weather', args: '{"a":1}' }], [{ index: 0, id: 'b', args: '{"b":2}' }]]]
  ])('S14 that cannot be told apart are an error, never mixed arguments: %s', async (_name, chunks) => {
    await using vendor = await withVendor(streamOf(chunks), never)
    expect(await failureOf(vendor.provider.chat({ ...question, tools }))).toMatchObject({ kind: 'protocol', code: 'tool_call' })
  })
})

describe('an agent that is given tool calls it must not run', () => {
  const object = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

  /** One run: the vendor answers with a call and then with a text. */
  async function run(call: Answer) {
    const ran: unknown[] = []
    await using vendor = await withVendor([call, sse([said('Sorry.'), finished()])], never)
    const weather = defineTool<{ city: string }>({ name: 'weather', parameters: object, run: args => (ran.push(args), 'sunny') })
    const now = defineTool({ name: 'now', run: args => (ran.push(args), '12:00') })
    const agent = new Agent({ host: vendor.host, provider: 'vendor', tools: [weather, now] })
    const events: AgentEvent[] = []
    for await (const event of agent.stream('What is the weather?')) events.push(event)
    const asked = vendor.service.requests[1]?.json as { readonly messages: readonly { readonly role: string; readonly content: string }[] }
    const told = asked.messages.filter(message => message.role === 'tool').map(message => message.content)
    return { ran, events, told, invalid: events.filter(event => event.type === 'tool_arguments_invalid') }
  }

  test.each<[string, unknown, string]>([
    ['no JSON', '{"city": Paris}', '{"city": Paris}'],
    ['truncated', '{"city":"Par', '{"city":"Par'],
    ['an array', '["Paris"]', '["Paris"]'],
    ['a text', '"Paris"', '"Paris"'],
    ['null', 'null', 'null'],
    ['an array that is no text', ['Paris'], '["Paris"]'],
    ['a number that is no text', 7, '7'],
    ['two objects', '{"city":"Paris"}{"city":"Rome"}', '{"city":"Paris"}{"city":"Rome"}'],
    ['against the schema', '{"city":7}', '{"city":7}'],
    ['empty, where some are required', '', '{}'],
    ['1 MB and no end', `{"city":"${'x'.repeat(1024 * 1024)}`, `{"city":"${'x'.repeat(1024 * 1024)}`]
  ])('S15 arguments that are wrong are told with their text, and nothing is run (%s)', async (_name, args, raw) => {
    for (const call of [streamOf([[{ index: 0, id: 'a', name: 'weather', args }]]), wholeOf([{ id: 'a', name: 'weather', args }])]) {
      const { ran, invalid, told } = await run(call)
      expect(ran).toEqual([])
      expect(invalid).toEqual([{ type: 'tool_arguments_invalid', id: 'a', name: 'weather', raw, problems: [expect.stringMatching(/./)] }])
      expect(told).toEqual([expect.stringContaining('was not run')])
    }
  })

  test.each<[string, unknown, object]>([
    ['an object that is no text', { city: 'Paris' }, { city: 'Paris' }],
    ['1 MB', `{"city":"${'x'.repeat(1024 * 1024)}"}`, { city: 'x'.repeat(1024 * 1024) }]
  ])('S15 arguments that are unusual but right are used (%s)', async (_name, args, expected) => {
    const { ran, invalid } = await run(streamOf([[{ index: 0, id: 'a', name: 'weather', args }]]))
    expect({ ran, invalid }).toEqual({ ran: [expected], invalid: [] })
  })

  test.each(['', undefined, null, '{}', {}])('S15 a tool that takes no arguments may be sent none (%j)', async args => {
    const { ran, invalid } = await run(streamOf([[{ index: 0, id: 'a', name: 'now', args }]]))
    expect({ ran, invalid }).toEqual({ ran: [{}], invalid: [] })
  })

  test('S15 arguments that a broken stream cut are never run', async () => {
    const half = sse([delta({ tool_calls: [toPiece({ index: 0, id: 'a', name: 'now', args: '{}' })] })], { done: false })
    await using vendor = await withVendor(half, never)
    const ran: unknown[] = []
    const agent = new Agent({ host: vendor.host, provider: 'vendor', tools: [defineTool({ name: 'now', run: args => ran.push(args) })] })
    expect(await failureOf(agent.process('What time is it?'))).toMatchObject({ kind: 'truncated' })
    expect(ran).toEqual([])
  })

  test.each(['delete_everything', '__proto__', 'constructor', 'toString', 'Weather', 'weather '])(
    'S16 a tool that was not offered is told and not run (%s)',
    async name => {
      const { ran, events, told } = await run(streamOf([[{ index: 0, id: 'a', name, args: '{"city":"Paris"}' }]]))
      expect(ran).toEqual([])
      expect(events).toContainEqual({ type: 'tool_call', id: 'a', name, arguments: '{"city":"Paris"}' })
      expect(events).toContainEqual(expect.objectContaining({ type: 'tool_result', id: 'a', name, isError: true }))
      expect(told).toEqual([expect.stringContaining('There is no tool')])
    }
  )

  test('S16 the host itself passes such a call on', async () => {
    expect(await callsOf([[{ index: 0, id: 'a', name: 'delete_everything', args: '{}' }]])).toEqual([
      { id: 'a', name: 'delete_everything', arguments: '{}' }
    ])
  })

  test('S19 arguments cannot pollute prototypes, written plainly or with escapes', async () => {
    const evil = '{"polluted":true}'
    const args = `{"city":"Paris","__proto__":${evil},"\\u005f_proto__":${evil},"constructor":{"prototype":${evil}},"deep":[{"__proto__":${evil}}]}`
    const { ran, events } = await run(streamOf([[{ index: 0, id: 'a', name: 'weather', args }]]))
    expect(ran).toEqual([{ city: 'Paris', deep: [{}] }])
    const [given] = ran as [{ readonly deep: readonly object[] }]
    for (const value of [given, ...given.deep]) expect(Object.hasOwn(value, '__proto__')).toBe(false)
    expect(Object.assign({}, given)).not.toHaveProperty('polluted')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(events).toContainEqual({ type: 'warning', message: expect.stringContaining('__proto__') })
  })

  test('S20 arguments nested 100,000 deep are no crash', async () => {
    const depth = 100_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    for (const keys of ['"more"', '"__proto__"']) {
      const { ran } = await run(streamOf([[{ index: 0, id: 'a', name: 'weather', args: `{"city":"Paris",${keys}:${deep}}` }]]))
      expect(ran).toHaveLength(1)
    }
    const whole = JSON.stringify(completion('', { choices: 0 })).replace(
      '"choices":0',
      `"choices":[{"index":0,"message":{"tool_calls":[{"id":"a","function":{"name":"weather","arguments":{"city":"Paris","more":${deep}}}}]},"finish_reason":"stop"}]`
    )
    await using vendor = await withVendor(text(whole, { headers: { 'content-type': 'application/json' } }), never)
    const reply = vendor.provider.chat({ ...question, tools })
    // An older Node cannot write such JSON: then it is an error, and still no crash.
    expect(
      await reply.then(
        ({ toolCalls }) => toolCalls[0]?.name,
        (error: { kind: string }) => error.kind
      )
    ).toMatch(/^(weather|protocol)$/)
  })
})

describe('a reason to finish that does not fit', () => {
  const call = [[{ index: 0, id: 'a', name: 'now', args: '{}' }]]

  test.each(['stop', 'eos', 'no_such_reason'])('S17 %s with calls is tool_calls, and the vendor’s word is kept', async reason => {
    for (const answer of [streamOf(call, reason), wholeOf(call.flat(), reason)]) {
      await using vendor = await withVendor(answer, never)
      const reply = await vendor.provider.chat({ ...question, tools })
      expect(reply).toMatchObject({ finishReason: 'tool_calls', rawFinishReason: reason })
    }
  })

  test.each(['tool_calls', 'function_call'])(
    'S17 %s without calls is stop, and the vendor’s word is kept, with a warning',
    async reason => {
      const choices = [{ index: 0, message: { content: 'Hello', tool_calls: [] }, finish_reason: reason }]
      for (const answer of [sse([said('Hello'), delta({ tool_calls: [] }), finished(reason)]), json(completion('', { choices }))]) {
        await using vendor = await withVendor(answer, never)
        const reply = await vendor.provider.chat({ ...question, tools })
        expect(reply).toMatchObject({ content: 'Hello', finishReason: 'stop', rawFinishReason: reason, toolCalls: [] })
        expect(reply.warnings).toEqual([expect.stringContaining('sent no call')])
      }
    }
  )

  test('S17 a reply that was cut by its limit stays so, and its calls are not run', async () => {
    const ran: unknown[] = []
    await using vendor = await withVendor(streamOf(call, 'length'), never)
    const agent = new Agent({ host: vendor.host, provider: 'vendor', tools: [defineTool({ name: 'now', run: args => ran.push(args) })] })
    expect((await agent.process('What time is it?')).stopReason).toBe('length')
    expect(ran).toEqual([])
  })
})
