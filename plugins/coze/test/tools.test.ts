import { describe, expect, test } from '@jest/globals'
import { readEvents } from '@resoftai/sdk/testing'
import type { Message, ToolMessage } from '@resoftai/sdk'
import { bot, dialectWith, encode, errorOf, event, replyOf } from './asking.ts'

const dialect = await dialectWith()
const ids = { id: '11', conversation_id: '22', bot_id: bot }
const call = (id: string, name: string, args = '{}', type = 'function') => ({ id, type, function: { name, arguments: args } })
const waiting = (...calls: unknown[]) =>
  event('conversation.chat.requires_action', {
    ...ids,
    status: 'requires_action',
    required_action: { type: 'submit_tool_outputs', submit_tool_outputs: { tool_calls: calls } }
  })

/** The reply of a bot that waits. */
function asked(...calls: unknown[]): Message {
  return replyOf(readEvents(dialect, [waiting(...calls)])).message
}

const question: Message = { role: 'user', content: 'Weather?' }
const result = (toolCallId: string, content: ToolMessage['content']): Message => ({ role: 'tool', toolCallId, content })
const outputs = (body: Readonly<Record<string, unknown>>) => body['tool_outputs']

describe('a bot that waits for tools', () => {
  test('finishes with the calls', () => {
    const { toolCalls, finishReason } = replyOf(readEvents(dialect, [waiting(call('a', 'weather', '{"city":"Paris"}'), call('b', 'now'))]))
    expect(finishReason).toBe('tool_calls')
    expect(toolCalls).toEqual([
      { id: 'a', name: 'weather', arguments: '{"city":"Paris"}' },
      { id: 'b', name: 'now', arguments: '{}' }
    ])
  })

  test.each([[[]], [[null, {}, { id: 7 }]]])('for %j cannot be read', calls => {
    expect(errorOf(() => readEvents(dialect, [waiting(...calls)]))).toMatchObject({ kind: 'protocol' })
  })

  test('is given the results, whole or as a stream', async () => {
    const messages = [question, asked(call('a', 'weather')), result('a', 'sunny')]
    const expected = { path: '/v3/chat/submit_tool_outputs', query: { conversation_id: '22', chat_id: '11' }, warnings: [] }
    const tool_outputs = [{ tool_call_id: 'a', output: 'sunny' }]
    expect(await encode({ messages })).toEqual({ ...expected, body: { tool_outputs, stream: true } })
    expect(await encode({ messages }, {}, 'whole')).toEqual({ ...expected, body: { tool_outputs, stream: false } })
  })

  test('is told of results that are missing', async () => {
    const { body, warnings } = await encode({ messages: [question, asked(call('a', 'x'), call('b', 'y')), result('b', '2')] })
    expect(outputs(body)).toEqual([
      { tool_call_id: 'a', output: 'There is no result.' },
      { tool_call_id: 'b', output: '2' }
    ])
    expect(warnings).toEqual([expect.stringContaining('not there')])
  })

  test('does not get results that it did not ask for', async () => {
    const { body, warnings } = await encode({ messages: [question, asked(call('a', 'x')), result('z', '0'), result('a', '1')] })
    expect(outputs(body)).toEqual([{ tool_call_id: 'a', output: '1' }])
    expect(warnings).toEqual([expect.stringContaining('did not call')])
  })

  test('gets the words of the user with the last result', async () => {
    const messages: Message[] = [
      question,
      asked(call('a', 'x'), call('b', 'y')),
      result('a', '1'),
      result('b', '2'),
      { role: 'user', content: 'Be quick' }
    ]
    const { body, warnings } = await encode({ messages })
    expect(outputs(body)).toEqual([
      { tool_call_id: 'a', output: '1' },
      { tool_call_id: 'b', output: '2\n\nBe quick' }
    ])
    expect(warnings).toEqual([expect.stringContaining('message of the user')])
  })

  test('gets the text of a result, and it is said what is left out', async () => {
    const content: ToolMessage['content'] = [
      { type: 'text', text: 'a cat' },
      { type: 'image', url: 'https://a.example/cat.png' }
    ]
    const { body, warnings } = await encode({ messages: [question, asked(call('a', 'x')), result('a', content)] })
    expect(outputs(body)).toEqual([{ tool_call_id: 'a', output: 'a cat' }])
    expect(warnings).toEqual([expect.stringContaining('only text')])
  })

  test.each<[string, readonly Message[]]>([
    ['the user goes on', [{ role: 'user', content: 'Never mind' }]],
    ['another vendor answered', [result('a', '1'), { role: 'assistant', content: 'Sunny.' }, { role: 'user', content: 'Never mind' }]]
  ])('is left alone when %s', async (_, rest) => {
    const { path, query, body, warnings } = await encode({ messages: [question, asked(call('a', 'weather')), ...rest] })
    expect([path, query]).toEqual(['/v3/chat', {}])
    expect(JSON.stringify(body)).toContain('I call the tool weather with {}')
    expect(warnings).toContainEqual(expect.stringContaining('new conversation'))
  })

  test('is left for the conversation that the caller names', async () => {
    const messages: Message[] = [question, asked(call('a', 'weather')), { role: 'user', content: 'Never mind' }]
    const { query, body } = await encode({ messages, extra: { conversation_id: '22' } })
    expect([query, body['additional_messages']]).toEqual([{ conversation_id: '22' }, [expect.objectContaining({ content: 'Never mind' })]])
  })
})

describe('a workflow that asks the user', () => {
  const asking = waiting(call('q', '', '', 'reply_message'))

  test('calls no tool', () => {
    const reply = replyOf(readEvents(dialect, [asking]))
    expect(reply).toMatchObject({ toolCalls: [], finishReason: 'stop', warnings: [expect.stringContaining('waits for an answer')] })
  })

  test('gets the next message', async () => {
    const { path, body, warnings } = await encode({
      messages: [question, replyOf(readEvents(dialect, [asking])).message, { role: 'user', content: 'Paris' }]
    })
    expect(path).toBe('/v3/chat/submit_tool_outputs')
    expect([outputs(body), warnings]).toEqual([[{ tool_call_id: 'q', output: 'Paris' }], []])
  })
})

describe('tools that were called elsewhere', () => {
  const messages: readonly Message[] = [
    question,
    { role: 'assistant', content: '', toolCalls: [{ id: 'c', name: 'weather', arguments: 'not json' }], providerData: { anthropic: {} } },
    result('c', 'sunny'),
    { ...(result('d', 'noon') as ToolMessage), name: 'now' }
  ]

  test('are told in words, and it is said', async () => {
    const { path, body, warnings } = await encode({ messages })
    expect(path).toBe('/v3/chat')
    expect(body['additional_messages']).toEqual([
      { role: 'user', type: 'question', content: 'Weather?', content_type: 'text' },
      { role: 'assistant', type: 'answer', content: '[I call the tool weather with not json]', content_type: 'text' },
      { role: 'user', type: 'question', content: '[Result of the tool weather]\n\nsunny', content_type: 'text' },
      { role: 'user', type: 'question', content: '[Result of the tool now]\n\nnoon', content_type: 'text' }
    ])
    expect(warnings).toEqual([expect.stringContaining('in words')])
  })
})
