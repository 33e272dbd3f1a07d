import { describe, expect, test } from '@jest/globals'
import { collect, isProviderError, ReplyBuilder, type ChatEvent, type ProviderError } from '../src/index.ts'

const stop: ChatEvent = { type: 'finish', reason: 'stop' }
const say = (text: string): ChatEvent => ({ type: 'text', text })

async function failureOf(work: () => unknown): Promise<ProviderError> {
  try {
    await work()
  } catch (error) {
    if (isProviderError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('collect', () => {
  test('joins text and reasoning, and knows nothing of cost and attempts', async () => {
    const reply = await collect([
      { type: 'start', model: 'm-2', id: 'r-1' },
      { type: 'reasoning', text: 'think ' },
      say('Hel'),
      { type: 'reasoning', text: 'more', signature: 's' },
      say('lo'),
      { type: 'citation', citation: { url: 'https://a.example', title: 'A' } },
      stop
    ])
    expect(reply).toEqual({
      content: 'Hello',
      reasoning: 'think more',
      toolCalls: [],
      finishReason: 'stop',
      usage: {},
      cost: null,
      model: 'm-2',
      id: 'r-1',
      citations: [{ url: 'https://a.example', title: 'A' }],
      warnings: [],
      attempts: [],
      message: { role: 'assistant', content: 'Hello', reasoning: 'think more' }
    })
  })

  test('reads an asynchronous stream to its end', async () => {
    let ended = false
    async function* stream(): AsyncGenerator<ChatEvent> {
      yield say('a')
      await Promise.resolve()
      yield stop
      yield { type: 'usage', usage: { outputTokens: 1 } }
      ended = true
    }
    const reply = await collect(stream())
    expect(ended).toBe(true)
    expect(reply).toMatchObject({ content: 'a', usage: { outputTokens: 1 } })
  })

  test('an empty reply is a reply when it was finished', async () => {
    const reply = await collect([stop])
    expect(reply).toMatchObject({ content: '', reasoning: '', model: '', message: { role: 'assistant', content: '' } })
    expect(reply).not.toHaveProperty('id')
    expect(reply).not.toHaveProperty('rawFinishReason')
    expect(Object.keys(reply.message)).toEqual(['role', 'content'])
  })

  test('throws what the stream throws', async () => {
    const failure = new Error('cable cut')
    function* stream(): Generator<ChatEvent> {
      yield say('a')
      throw failure
    }
    await expect(collect(stream())).rejects.toBe(failure)
  })

  test('a stream without finish is truncated, and keeps what had arrived', async () => {
    const error = await failureOf(() => collect([say('half a sen'), { type: 'usage', usage: { inputTokens: 3 } }]))
    expect(error).toMatchObject({ kind: 'truncated', retryable: true, partial: 'half a sen', usage: { inputTokens: 3 }, attempts: [] })
  })

  test('a stream without a single event is truncated', async () => {
    expect(await failureOf(() => collect([]))).toMatchObject({ kind: 'truncated', partial: '', usage: {} })
  })

  test("keeps the vendor's word for the end", async () => {
    expect(await collect([{ type: 'finish', reason: 'unknown', raw: 'bored' }])).toMatchObject({
      finishReason: 'unknown',
      rawFinishReason: 'bored'
    })
  })
})

describe('tool calls', () => {
  test('pieces are joined by index, and calls come in the order of their index', async () => {
    const { toolCalls, message } = await collect([
      { type: 'tool_call', index: 1, id: 'b', name: 'second', arguments: '{"x"' },
      { type: 'tool_call', index: 0, id: 'a', name: 'first', arguments: '{' },
      { type: 'tool_call', index: 1, arguments: ':1}' },
      { type: 'tool_call', index: 0, arguments: '}' },
      { type: 'finish', reason: 'tool_calls' }
    ])
    expect(toolCalls).toEqual([
      { id: 'a', name: 'first', arguments: '{}' },
      { id: 'b', name: 'second', arguments: '{"x":1}' }
    ])
    expect(message.toolCalls).toEqual(toolCalls)
  })

  test('ten calls and more are ordered as numbers', async () => {
    const pieces = [10, 9, 2].map((index): ChatEvent => ({ type: 'tool_call', index, name: `n${index}` }))
    const { toolCalls } = await collect([...pieces, stop])
    expect(toolCalls.map(({ name }) => name)).toEqual(['n2', 'n9', 'n10'])
  })

  test('the first id and name stay', async () => {
    const { toolCalls } = await collect([
      { type: 'tool_call', index: 0, id: '', name: '' },
      { type: 'tool_call', index: 0, id: 'a', name: 'one' },
      { type: 'tool_call', index: 0, id: 'b', name: 'two', arguments: '{}' },
      stop
    ])
    expect(toolCalls).toEqual([{ id: 'a', name: 'one', arguments: '{}' }])
  })

  test('a call without an id gets one by its index', async () => {
    const { toolCalls } = await collect([
      { type: 'tool_call', index: 0, name: 'one' },
      { type: 'tool_call', index: 3, id: '', name: 'two' },
      stop
    ])
    expect(toolCalls.map(({ id }) => id)).toEqual(['call_0', 'call_3'])
  })

  test.each([undefined, '', ' \n'])('arguments %j are an empty object', async text => {
    const { toolCalls } = await collect([
      { type: 'tool_call', index: 0, name: 'now', ...(text !== undefined && { arguments: text }) },
      stop
    ])
    expect(toolCalls[0]?.arguments).toBe('{}')
  })

  test('arguments are kept exactly as the model wrote them, invalid ones too', async () => {
    const { toolCalls } = await collect([{ type: 'tool_call', index: 0, name: 'x', arguments: ' {"a": 1,' }, stop])
    expect(toolCalls[0]?.arguments).toBe(' {"a": 1,')
  })
})

describe('ReplyBuilder', () => {
  const built = (...events: ChatEvent[]): ReplyBuilder => {
    const builder = new ReplyBuilder('asked')
    for (const event of events) builder.add(event)
    return builder
  }

  test('S21 numbers that cannot be counted tokens are dropped from usage', () => {
    const odd = [Number.NaN, -1, 1.5, Infinity, 2 ** 53, '7' as unknown as number]
    for (const outputTokens of odd) {
      const { usage } = built({ type: 'usage', usage: { inputTokens: 5, outputTokens, estimated: true } }).partial()
      expect({ outputTokens, usage }).toEqual({ outputTokens, usage: { inputTokens: 5, estimated: true } })
    }
  })

  test('many small pieces are joined in their order, and can be looked at before the end', () => {
    const builder = built()
    let text = ''
    for (let at = 0; at < 10_000; at++) {
      text += `${at},`
      builder.add(say(`${at},`))
      builder.add({ type: 'reasoning', text: 'x' })
      if (at % 3_000 === 0) expect(builder.partial().text).toBe(text)
    }
    builder.add(stop)
    expect(builder.reply()).toMatchObject({ content: text, reasoning: 'x'.repeat(10_000) })
  })

  test('later fields of usage win, and a field that is not there is absent', () => {
    const { usage } = built(
      { type: 'usage', usage: { inputTokens: 5, outputTokens: 1 } },
      { type: 'usage', usage: { outputTokens: 9, cachedTokens: 2 } },
      stop
    ).reply()
    expect(usage).toStrictEqual({ inputTokens: 5, outputTokens: 9, cachedTokens: 2 })
  })

  test('provider data is merged into the message, later fields win', () => {
    const { message } = built(
      { type: 'provider_data', data: { a: 1, b: 1 } },
      { type: 'provider_data', data: { b: 2, c: { d: 3 } } },
      stop
    ).reply()
    expect(message.providerData).toEqual({ a: 1, b: 2, c: { d: 3 } })
  })

  test('the asked model stands until the vendor names its own, and an empty name is none', () => {
    expect(built(stop).reply().model).toBe('asked')
    expect(built({ type: 'start', model: '' }, stop).reply().model).toBe('asked')
    expect(built({ type: 'start', model: 'own' }, { type: 'start', model: '' }, stop).reply().model).toBe('own')
  })

  test('a second start without an id keeps the first id', () => {
    expect(built({ type: 'start', model: 'm', id: 'i' }, { type: 'start', model: 'm' }, stop).reply().id).toBe('i')
  })

  test('a restart voids what was said and counted, and keeps warnings', () => {
    const builder = built(
      { type: 'start', model: 'm', id: 'i' },
      say('wrong'),
      { type: 'reasoning', text: 'wrong' },
      { type: 'tool_call', index: 0, id: 'x', name: 'wrong', arguments: '{' },
      { type: 'citation', citation: { url: 'https://wrong.example' } },
      { type: 'provider_data', data: { wrong: true } },
      { type: 'usage', usage: { inputTokens: 7, reasoningTokens: 2 } },
      { type: 'warning', message: 'odd' },
      { type: 'restart', reason: 'stalled' },
      say('right'),
      { type: 'usage', usage: { inputTokens: 8 } },
      { type: 'warning', message: 'odder' },
      stop
    )
    const reply = builder.reply()
    expect(reply).toMatchObject({ content: 'right', reasoning: '', toolCalls: [], citations: [], model: 'm', id: 'i' })
    expect(reply.usage).toEqual({ inputTokens: 8 })
    expect(reply.warnings).toEqual(['odd', 'odder'])
    expect(reply.message).toStrictEqual({ role: 'assistant', content: 'right' })
  })

  test('a restart voids the finish too', async () => {
    const builder = built(say('a'), stop, { type: 'restart', reason: 'stalled' })
    expect(await failureOf(() => builder.reply())).toMatchObject({ kind: 'truncated', partial: '' })
  })

  test('pieces of a call before a restart do not reach into the call after it', () => {
    const { toolCalls } = built(
      { type: 'tool_call', index: 0, id: 'old', name: 'old', arguments: '{"a":' },
      { type: 'restart', reason: 'stalled' },
      { type: 'tool_call', index: 0, name: 'new', arguments: '{}' },
      stop
    ).reply()
    expect(toolCalls).toEqual([{ id: 'call_0', name: 'new', arguments: '{}' }])
  })

  test('partial tells at any time what has come', () => {
    const builder = built(say('a'))
    expect(builder.partial()).toEqual({ text: 'a', reasoning: '', toolCalls: 0, usage: {}, model: 'asked' })
    builder.add(say('b'))
    builder.add({ type: 'usage', usage: { outputTokens: 2 } })
    expect(builder.partial()).toEqual({ text: 'ab', reasoning: '', toolCalls: 0, usage: { outputTokens: 2 }, model: 'asked' })
  })

  test('attempts are in the reply, and in the error when there is none', async () => {
    const attempts = [{ provider: 'p', model: 'm', phase: 'done', durationMs: 1 }] as const
    expect(built(stop).reply(attempts).attempts).toEqual(attempts)
    expect((await failureOf(() => built().reply(attempts))).attempts).toEqual(attempts)
  })

  test('the message can be sent back as it is', () => {
    const { message } = built(
      { type: 'reasoning', text: 'hm' },
      say('I will look.'),
      { type: 'tool_call', index: 0, id: 'c', name: 'look', arguments: '{"at":"it"}' },
      { type: 'provider_data', data: { signature: 's' } },
      { type: 'finish', reason: 'tool_calls' }
    ).reply()
    expect(message).toStrictEqual({
      role: 'assistant',
      content: 'I will look.',
      reasoning: 'hm',
      toolCalls: [{ id: 'c', name: 'look', arguments: '{"at":"it"}' }],
      providerData: { signature: 's' }
    })
    expect(JSON.parse(JSON.stringify(message))).toStrictEqual(message)
  })
})
