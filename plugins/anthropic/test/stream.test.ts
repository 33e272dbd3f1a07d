import { describe, expect, test } from '@jest/globals'
import { isProviderError } from '@resoftai/sdk'
import { block, errorOf, eventsOf, replyOf, stream, wholeReplyOf } from './reading.ts'

const text = (...pieces: readonly string[]) =>
  block(0, { type: 'text', text: '' }, ...pieces.map(piece => ({ type: 'text_delta', text: piece })))

describe('a stream', () => {
  test('is over at message_stop, whatever follows', () => {
    const [again] = stream([])
    expect(replyOf([...stream(text('a')), again, ...text('b'), 'not json']).content).toBe('a')
  })

  test('is complete when the reason is known, and message_stop never comes', () => {
    expect(replyOf(stream(text('a')).slice(0, -1))).toMatchObject({ content: 'a', finishReason: 'stop', rawFinishReason: 'end_turn' })
  })

  test('that is finished is not spoilt by another reply', () => {
    expect(replyOf([...stream(text('a')).slice(0, -1), { type: 'message_start', message: { id: 'msg_2' } }]).content).toBe('a')
  })

  test('that stops without a reason says so', () => {
    expect(replyOf(stream(text('a'), { stop_reason: null }))).toMatchObject({ content: 'a', finishReason: 'unknown' })
  })

  test('may tell its numbers in several message_deltas', () => {
    const events = stream(text('a'))
    const early = { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 2, cache_read_input_tokens: 4 } }
    expect(replyOf([...events.slice(0, -2), early, ...events.slice(-2)]).usage).toEqual({
      inputTokens: 7,
      outputTokens: 7,
      cachedTokens: 4
    })
  })

  test('tells no numbers that the vendor did not tell', () => {
    expect(replyOf(stream(text('a'), { stop_reason: 'end_turn' }, { output_tokens: -1 })).usage).toEqual({ inputTokens: 3 })
  })

  test('may lose the beginning of a text', () => {
    const thought = { type: 'content_block_delta', index: 1, delta: { type: 'thinking_delta', thinking: 'c' } }
    expect(replyOf(stream([...text('a', 'b').slice(1), thought]))).toMatchObject({ content: 'ab', reasoning: 'c' })
  })

  test('may begin twice before anything is said', () => {
    const start = { type: 'message_start', message: { id: 'msg_0', model: 'proxy', content: [] } }
    expect(replyOf([start, { type: 'ping' }, ...stream(text('a'))])).toMatchObject({ id: 'msg_1', model: 'claude-x', content: 'a' })
  })

  test('may hold the end mark of another vendor', () => {
    expect(replyOf(['[DONE]', ...stream(text('a'))]).content).toBe('a')
  })

  test('with text in the beginning of a block keeps it', () => {
    expect(replyOf(stream(block(0, { type: 'text', text: 'a' }, { type: 'text_delta', text: 'b' }))).content).toBe('ab')
  })

  test.each<[string, readonly unknown[], string]>([
    ['mixes two replies', [...stream(text('a')).slice(0, 4), { type: 'message_start', message: { id: 'msg_2' } }], 'mixed'],
    ['ends before it begins', [{ type: 'message_stop' }], 'empty'],
    ['calls a tool without a name', stream(block(0, { type: 'tool_use', id: 'toolu_1', input: {} })), 'tool_call'],
    [
      'lost the beginning of a call',
      stream([{ type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{' } }]),
      'tool_call'
    ],
    ['holds what is no JSON', ['{"type":'], 'unreadable']
  ])('that %s fails', (_, events, code) => {
    const error = errorOf(() => eventsOf(events))
    expect(isProviderError(error) && [error.kind, error.code]).toEqual(['protocol', code])
  })
})

describe('what travels back', () => {
  const dataOf = (events: readonly unknown[]) => replyOf(events).message.providerData?.['anthropic']
  const call = (more: object = {}, ...pieces: readonly string[]) =>
    block(
      0,
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: {}, ...more },
      ...pieces.map(piece => ({ type: 'input_json_delta', partial_json: piece }))
    )

  test('is nothing for text and plain calls', () => {
    expect(dataOf(stream([...text('a'), ...call({ caller: { type: 'direct' }, cache_control: null })]))).toBeUndefined()
  })

  test('is nothing for thinking that is not signed: the vendor would refuse it', () => {
    const events = stream(block(0, { type: 'thinking', thinking: '' }, { type: 'thinking_delta', thinking: 'hm' }))
    expect([replyOf(events).reasoning, dataOf(events)]).toEqual(['hm', undefined])
  })

  test('is a call by code of the model, with its caller', () => {
    const caller = { type: 'code_execution_20250825', tool_id: 'srvtoolu_1' }
    expect(dataOf(stream(call({ caller }, '{"a":1}')))).toEqual({
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: 1 }, caller }]
    })
  })

  test('keeps silent thinking, whose text is empty', () => {
    const silent = { type: 'thinking', thinking: '', signature: 'c2ln' }
    expect(dataOf(stream(block(0, { ...silent, signature: '' }, { type: 'signature_delta', signature: 'c2ln' })))).toEqual({
      content: [silent]
    })
  })

  test('keeps a summary of what came before', () => {
    const events = stream(block(0, { type: 'compaction', content: null }, { type: 'compaction_delta', content: 'So far.' }))
    expect([replyOf(events).content, dataOf(events)]).toEqual(['', { content: [{ type: 'compaction', content: 'So far.' }] }])
  })

  test('holds arguments that are no JSON as they are sent again', () => {
    const signed = block(1, { type: 'redacted_thinking', data: 'cmVk' })
    expect(dataOf(stream([...call({}, '{"a":'), ...signed], { stop_reason: 'max_tokens' }))).toMatchObject({
      content: [{ input: { value: '{"a":' } }, {}]
    })
  })
})

describe('citations', () => {
  const cite = (citation: object) => ({ type: 'citations_delta', citation })
  test('count once, and only where they have an address', () => {
    const web = { type: 'web_search_result_location', url: 'https://a.example', title: 'A' }
    const events = stream(
      block(
        0,
        { type: 'text', text: '', citations: [] },
        cite(web),
        cite(web),
        cite({ type: 'char_location', document_title: 'facts.txt' }),
        cite({ type: 'search_result_location', source: 'https://b.example', title: null }),
        { type: 'text_delta', text: 'a' }
      )
    )
    expect(replyOf(events).citations).toEqual([{ url: 'https://a.example', title: 'A' }, { url: 'https://b.example' }])
  })
})

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['tool_use', 'tool_calls'],
  ['a_word_of_tomorrow', 'unknown']
])('a reply that ends with %s is finished: %s', (stop_reason, finishReason) => {
  expect(wholeReplyOf({ content: [], stop_reason })).toMatchObject({ finishReason, rawFinishReason: stop_reason })
})

test.each<[string, unknown]>([
  ['no object', []],
  ['no content', { id: 'msg_1', type: 'message' }],
  ['an answer of another API', { choices: [] }]
])('a whole reply that is %s fails', (_, body) => {
  const error = errorOf(() => wholeReplyOf(body))
  expect(isProviderError(error) && [error.kind, error.code]).toEqual(['protocol', 'unreadable'])
})
