import { describe, expect, test } from '@jest/globals'
import { chunk, dialect, errorOf, eventsOf, replyOf, wholeReplyOf } from './reading.ts'

const usageOf = (metadata: object) => eventsOf({ usageMetadata: metadata })

describe('the end of a stream', () => {
  test('is the end of the body: without a reason nothing says that it is whole', () => {
    expect(eventsOf(chunk([{ text: 'a' }])).some(({ type }) => type === 'finish')).toBe(false)
  })

  // As the recordings of retired models (WIRE.md 10.4). One chunk with a reason is also all of a short reply, so the first must count.
  test('where every piece has a reason, the reply is read to its end and its reader is warned', () => {
    const { content, finishReason, warnings } = replyOf(
      chunk([{ text: 'a' }], 'STOP'),
      chunk([{ text: 'b' }], 'STOP'),
      chunk([{ text: 'c' }], 'STOP')
    )
    expect([content, finishReason]).toEqual(['abc', 'stop'])
    expect(warnings).toEqual([expect.stringContaining('cannot be seen')])
  })

  test('an empty last piece behind the reason is no such case', () => {
    expect(replyOf(chunk([{ text: 'a' }], 'STOP'), chunk([{ text: '' }], 'STOP')).warnings).toEqual([])
  })

  test('relays add an end mark, which counts only behind a reason', () => {
    const decode = dialect.streamDecoder()
    expect(decode({ data: '[DONE]' })).toEqual([])
    decode({ data: JSON.stringify(chunk([{ text: 'a' }], 'STOP')) })
    expect(decode({ data: '[DONE]' })).toBe('done')
  })

  test('an error may stand bare in the body, in a list, or in an event', () => {
    const error = { error: { code: 499, message: 'The operation was cancelled.', status: 'CANCELLED' } }
    expect(errorOf(() => eventsOf(chunk([{ text: 'a' }]), error))).toMatchObject({
      kind: 'server',
      vendorCode: 'CANCELLED',
      retryable: true
    })
    for (const body of [error, [error], [chunk([]), error]]) {
      expect(dialect.decodeError?.(200, body, new Headers())).toMatchObject({ kind: 'server', status: undefined })
    }
    expect(dialect.decodeError?.(200, chunk([{ text: 'a' }], 'STOP'), new Headers())).toBeUndefined()
  })
})

describe('reasons to finish', () => {
  const said = [{ text: 'a' }]

  test.each([
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['OTHER', 'unknown'],
    ['A_NEW_WORD', 'unknown']
  ])('%s is %s', (word, reason) => {
    expect(replyOf(chunk(said, word))).toMatchObject({ finishReason: reason, rawFinishReason: word })
  })

  test.each([
    ['MALFORMED_FUNCTION_CALL', true],
    ['MALFORMED_RESPONSE', true],
    ['UNEXPECTED_TOOL_CALL', false],
    ['TOO_MANY_TOOL_CALLS', false],
    ['MISSING_THOUGHT_SIGNATURE', false]
  ])('%s is a failure', (word, retryable) => {
    expect(errorOf(() => replyOf(chunk(said, word)))).toMatchObject({ kind: 'server', vendorCode: word, retryable })
  })

  test('an unknown one before anything was said is a failure, STOP is an empty reply', () => {
    expect(errorOf(() => replyOf(chunk([], 'LANGUAGE')))).toMatchObject({ kind: 'server', retryable: true })
    expect(replyOf(chunk([], 'STOP')).warnings).toEqual(['The reply is empty.'])
  })

  test('a blocked prompt says why', () => {
    const blocked = { promptFeedback: { blockReason: 'MODEL_ARMOR', blockReasonMessage: 'Jailbreak.' } }
    expect(wholeReplyOf(blocked)).toMatchObject({
      finishReason: 'content_filter',
      rawFinishReason: 'MODEL_ARMOR',
      warnings: ['Jailbreak.']
    })
    expect(errorOf(() => wholeReplyOf({ promptFeedback: { blockReason: 'BLOCK_REASON_UNSPECIFIED' } }))).toMatchObject({ kind: 'protocol' })
  })
})

describe('whole replies', () => {
  test('a list of chunks is read like a stream', () => {
    expect(wholeReplyOf([chunk([{ text: 'a' }]), chunk([{ text: 'b' }], 'STOP')])).toMatchObject({ content: 'ab', finishReason: 'stop' })
  })

  test('one that gives no reason is whole all the same', () => {
    expect(wholeReplyOf(chunk([{ text: 'a' }]))).toMatchObject({
      finishReason: 'unknown',
      warnings: [expect.stringContaining('without a reason')]
    })
  })

  test.each([{}, { candidates: [] }, [], 'text', { choices: [{}] }])('%j is no reply', body => {
    expect(errorOf(() => wholeReplyOf(body))).toMatchObject({ kind: 'protocol', code: 'unreadable' })
  })

  test('only the first of several answers is read', () => {
    const [first, second] = [chunk([{ text: 'a' }], 'STOP'), { content: { parts: [{ text: 'b' }] }, index: 1 }]
    const { candidates } = first as { candidates: readonly object[] }
    expect(wholeReplyOf({ ...first, candidates: [...candidates, second] })).toMatchObject({
      content: 'a',
      warnings: [expect.stringContaining('several')]
    })
  })
})

describe('usage', () => {
  test('counts thoughts as output and what tools brought as input', () => {
    const all = {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 5,
      cachedContentTokenCount: 4,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 2,
      totalTokenCount: 20
    }
    expect(usageOf(all)).toEqual([
      { type: 'usage', usage: { inputTokens: 15, outputTokens: 5, totalTokens: 20, cachedTokens: 4, reasoningTokens: 2 } }
    ])
  })

  test('is told in part, and what was known stays', () => {
    expect(usageOf({ trafficType: 'ON_DEMAND' })).toEqual([])
    expect(usageOf({ promptTokenCount: -1, candidatesTokenCount: '3' })).toEqual([])
    const { usage } = replyOf(
      { usageMetadata: { promptTokenCount: 10, thoughtsTokenCount: 2 } },
      { usageMetadata: { trafficType: 'ON_DEMAND' } },
      chunk([{ text: 'a' }], 'STOP', { usageMetadata: { candidatesTokenCount: 3 } })
    )
    expect(usage).toEqual({ inputTokens: 10, outputTokens: 5, reasoningTokens: 2 })
  })
})

describe('function calls', () => {
  test('without an id get one that differs from turn to turn', () => {
    const call = { functionCall: { name: 'now' } }
    const ids = ['r-1', 'r_2', '<r/3>'].map(responseId =>
      replyOf(chunk([call, call], 'STOP', { responseId })).toolCalls.map(({ id }) => id)
    )
    expect(ids.flat()).toEqual(['call_r-1_0', 'call_r-1_1', 'call_r_2_0', 'call_r_2_1', 'call_r3_0', 'call_r3_1'])
    expect(replyOf({ candidates: [{ content: { parts: [call] }, finishReason: 'STOP' }] }).toolCalls[0]?.id).toBe('call_0')
  })

  test('have the names that the request gave its tools', () => {
    const names = ['_:::67e5::8be2:', '_::2fa', 'a:3a:b', 'plain', ':zz:', ':ffffff:']
    const { toolCalls } = replyOf(
      chunk(
        names.map(name => ({ functionCall: { name } })),
        'STOP'
      )
    )
    expect(toolCalls.map(({ name }) => name)).toEqual(['查询', '2fa', 'a:b', 'plain', ':zz:', ':ffffff:'])
  })

  test('that are still coming are a sign of life', () => {
    const events = eventsOf(
      chunk([{ functionCall: { name: 'a', willContinue: true } }]),
      chunk([{ functionCall: { partialArgs: [{ jsonPath: '$.x', stringValue: 'y', willContinue: true }], willContinue: true } }])
    )
    expect(events.slice(-1)).toEqual([{ type: 'tool_call', index: 0, id: 'call_r-1_0', name: 'a', arguments: '' }])
  })

  test('end where the next begins', () => {
    const begin = (name: string) => chunk([{ functionCall: { name, willContinue: true } }])
    expect(replyOf(begin('a'), begin('b'), chunk([{ text: 'c' }], 'STOP')).toolCalls.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  const partial = (...pieces: readonly object[]) =>
    replyOf(chunk([{ functionCall: { name: 'a', partialArgs: pieces } }], 'STOP')).toolCalls[0]?.arguments

  test('come leaf by leaf', () => {
    expect(partial({ jsonPath: '$.a.b[0]', stringValue: 'x' }, { jsonPath: '$.a.b[0]', stringValue: 'y' }, { jsonPath: '$.a.c' })).toBe(
      '{"a":{"b":["xy"],"c":{}}}'
    )
    expect(partial({ jsonPath: '$.__proto__.polluted', boolValue: true })).toBe('{"__proto__":{"polluted":true}}')
    expect({}).not.toHaveProperty('polluted')
  })

  test.each(['$', '', '$.a[9]', '$.a[0][5]', '$..a', `$${'.a'.repeat(100)}`, '$.a[0', 'a.b'])(
    'a path such as %s cannot be followed',
    jsonPath => {
      expect(errorOf(() => partial({ jsonPath, stringValue: 'x' }))).toMatchObject({ kind: 'protocol', code: 'tool_call' })
    }
  )

  test('a call without a name is refused, an empty one is none', () => {
    expect(errorOf(() => replyOf(chunk([{ functionCall: { args: { a: 1 } } }], 'STOP')))).toMatchObject({ kind: 'protocol' })
    expect(replyOf(chunk([{ text: 'a' }, { functionCall: {} }], 'STOP')).finishReason).toBe('stop')
  })
})

test('code that the vendor ran and files that it made travel back, and are no text', () => {
  const parts = [
    { executableCode: { code: '1' } },
    { codeExecutionResult: { output: '1' } },
    { inlineData: { mimeType: 'image/png', data: 'AA==' } },
    { text: 'a' }
  ]
  const { content, message, warnings } = replyOf(chunk(parts, 'STOP'))
  expect(content).toBe('a')
  expect(message.providerData).toEqual({ gemini: { model: 'gemini-3.5-flash', parts } })
  expect(warnings).toEqual([expect.stringContaining('file')])
})
