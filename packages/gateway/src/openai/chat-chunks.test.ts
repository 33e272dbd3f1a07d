import { describe, expect, test } from '@jest/globals'
import type { ChatEvent, Cost } from '@resoftai/sdk'
import { chatChunks } from './chat-chunks.ts'
import { doneFrame, usageFrame, type ChunkOptions } from './reply-stream.ts'

const head = { id: 'chatcmpl-1', model: 'groq/llama', created: 1_790_000_000 }

interface Chunk {
  readonly choices: readonly { readonly delta: Record<string, unknown>; readonly finish_reason: string | null }[]
}

function chunksOf(frames: string): readonly Chunk[] {
  expect(frames === '' || frames.endsWith('\n\n')).toBe(true)
  return frames
    .split('\n\n')
    .slice(0, -1)
    .map(frame => JSON.parse(frame.replace(/^data: /, '')) as Chunk)
}

function write(events: readonly ChatEvent[], options: Partial<ChunkOptions> = {}): readonly Chunk[] {
  const reply = chatChunks({ ...head, includeUsage: false, ...options })
  return events.flatMap(event => chunksOf(reply.write(event)))
}

const deltasOf = (chunks: readonly Chunk[]) => chunks.map(chunk => chunk.choices[0]?.delta)
const start: ChatEvent = { type: 'start', model: 'llama-3' }
const stop: ChatEvent = { type: 'finish', reason: 'stop' }
const cost = (nanos: bigint, currency = 'USD'): Cost => ({ nanos, currency })

describe('a stream of chat chunks', () => {
  test('begins with the role, goes on with text, and ends with a reason', () => {
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'groq/llama',
      choices: [{ index: 0, delta, logprobs: null, finish_reason }]
    })
    expect(write([start, { type: 'text', text: 'Hel"\n' }, { type: 'text', text: '\u2028你好\ud83d' }, stop])).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hel"\n' }),
      chunk({ content: '\u2028你好\ud83d' }),
      chunk({}, 'stop')
    ])
  })

  test('tells the role before whatever comes first', () => {
    const first: readonly ChatEvent[] = [
      { type: 'text', text: 'a' },
      { type: 'reasoning', text: 'a' },
      { type: 'tool_call', index: 0, id: 'c', name: 'f' },
      stop
    ]
    for (const event of first) expect(deltasOf(write([event]))[0]).toEqual({ role: 'assistant', content: '', refusal: null })
  })

  test('tells no empty pieces', () => {
    expect(write([start, { type: 'text', text: '' }, { type: 'reasoning', text: '', signature: 's' }])).toHaveLength(1)
  })

  test('has each frame on one line', () => {
    const reply = chatChunks({ ...head, id: 'a\nb', includeUsage: false })
    expect(reply.write({ type: 'text', text: 'a\r\n\nb' }).match(/\n/g)).toHaveLength(4)
  })

  test('tells reasoning apart', () => {
    expect(deltasOf(write([start, { type: 'reasoning', text: 'hm', signature: 's' }])).at(-1)).toEqual({ reasoning_content: 'hm' })
  })

  test('is of the choice it is asked for, and tells of the usage to come', () => {
    const [chunk] = write([start], { index: 3, includeUsage: true })
    expect(chunk).toMatchObject({ choices: [{ index: 3 }], usage: null })
    expect(write([stop], { includeUsage: true }).at(-1)).toHaveProperty('usage', null)
    expect(write([stop]).at(-1)).not.toHaveProperty('usage')
  })

  test('keeps usage, cost and warnings for others', () => {
    const reply = chatChunks({ ...head, includeUsage: true })
    const silent: readonly ChatEvent[] = [
      { type: 'usage', usage: { inputTokens: 5, outputTokens: 1 } },
      { type: 'usage', usage: { outputTokens: 2 } },
      { type: 'cost', cost: cost(2_700_000n) },
      { type: 'warning', message: 'odd' }
    ]
    expect(silent.map(event => reply.write(event))).toEqual(['', '', '', ''])
    expect(reply).toMatchObject({ usage: { inputTokens: 5, outputTokens: 2 }, cost: cost(2_700_000n), warnings: ['odd'] })
  })
})

describe('tool calls in chunks', () => {
  const calls = (events: readonly ChatEvent[]) =>
    deltasOf(write([start, ...events]))
      .slice(1)
      .flatMap(delta => (delta?.tool_calls as object[] | undefined) ?? [])
  const finish: ChatEvent = { type: 'finish', reason: 'tool_calls' }

  test('come in pieces', () => {
    expect(
      calls([
        { type: 'tool_call', index: 0, id: 'a', name: 'f', arguments: '{"x"' },
        { type: 'tool_call', index: 0, arguments: ':1}' },
        { type: 'tool_call', index: 1, id: 'b', name: 'g', arguments: '{}' },
        finish
      ])
    ).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } },
      { index: 0, function: { arguments: ':1}' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } }
    ])
  })

  test('are numbered from 0 without gaps', () => {
    expect(
      calls([
        { type: 'tool_call', index: 7, id: 'a', name: 'f', arguments: '{}' },
        { type: 'tool_call', index: 2, id: 'b', name: 'g', arguments: '{}' },
        { type: 'tool_call', index: 7, arguments: ' ' },
        finish
      ])
    ).toMatchObject([{ index: 0 }, { index: 1 }, { index: 0 }])
  })

  test('begin with their name, however late that comes', () => {
    const events: readonly ChatEvent[] = [
      { type: 'tool_call', index: 0, id: 'a' },
      { type: 'tool_call', index: 0, arguments: '{' },
      { type: 'tool_call', index: 0, name: 'f', arguments: '}' }
    ]
    expect(calls(events.slice(0, 2))).toEqual([])
    expect(calls(events)).toEqual([{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }])
  })

  test('have an id, and arguments that are JSON', () => {
    expect(
      calls([
        { type: 'tool_call', index: 0, name: 'f' },
        { type: 'tool_call', index: 1, id: '', name: 'g', arguments: ' ' },
        { type: 'tool_call', index: 2 },
        finish
      ])
    ).toEqual([
      { index: 0, id: 'call_0', type: 'function', function: { name: 'f', arguments: '' } },
      { index: 1, id: 'call_1', type: 'function', function: { name: 'g', arguments: ' ' } },
      { index: 0, function: { arguments: '{}' } },
      { index: 1, function: { arguments: '{}' } },
      { index: 2, id: 'call_2', type: 'function', function: { name: '', arguments: '{}' } }
    ])
  })

  test('are told in the older form to who asked in it', () => {
    const reply = chatChunks({ ...head, includeUsage: false, functions: true })
    const frames = [
      { type: 'tool_call', index: 0, id: 'a', name: 'f', arguments: '{' } as const,
      { type: 'tool_call', index: 0, arguments: '}' } as const,
      { type: 'tool_call', index: 1, id: 'b', name: 'g', arguments: '{}' } as const,
      finish
    ].map(event => reply.write(event))
    const chunks = chunksOf(frames.join(''))
    expect(deltasOf(chunks).slice(1)).toEqual([{ function_call: { name: 'f', arguments: '{' } }, { function_call: { arguments: '}' } }, {}])
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('function_call')
    expect(reply.warnings).toEqual(['The model called several functions; only the first is told.'])
  })
})

describe('the end of chat chunks', () => {
  test('tells sources and what must travel back once, with all of them', () => {
    const events: readonly ChatEvent[] = [
      { type: 'citation', citation: { url: 'https://a.example', title: 'A' } },
      { type: 'provider_data', data: { a: 1, b: 1 } },
      { type: 'citation', citation: { url: 'https://b.example' } },
      { type: 'provider_data', data: { b: 2 } }
    ]
    expect(write(events)).toEqual([])
    expect(deltasOf(write([...events, stop])).slice(1)).toEqual([
      {
        annotations: [
          { type: 'url_citation', url_citation: { url: 'https://a.example', title: 'A', start_index: 0, end_index: 0 } },
          { type: 'url_citation', url_citation: { url: 'https://b.example', title: '', start_index: 0, end_index: 0 } }
        ],
        provider_data: { a: 1, b: 2 }
      },
      {}
    ])
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['content_filter', 'content_filter'],
    ['unknown', 'stop']
  ] as const)('%s is told as %s', (reason, word) => {
    const [choice] = write([{ type: 'finish', reason, raw: 'ENDE "1"' }]).at(-1)?.choices ?? []
    expect(choice).toMatchObject({ finish_reason: word, native_finish_reason: 'ENDE "1"' })
  })

  test('of an unknown reason behind a call is that call', () => {
    const chunks = write([
      { type: 'tool_call', index: 0, id: 'a', name: 'f', arguments: '{}' },
      { type: 'finish', reason: 'unknown' }
    ])
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ finish_reason: 'tool_calls' })
    expect(chunks.at(-1)?.choices[0]).not.toHaveProperty('native_finish_reason')
  })

  test('is no end when the reply failed', () => {
    expect(() =>
      write([
        { type: 'text', text: 'a' },
        { type: 'finish', reason: 'error' }
      ])
    ).toThrow(expect.objectContaining({ status: 502, code: 'provider_error' }))
  })
})

describe('a reply that begins again', () => {
  const restart: ChatEvent = { type: 'restart', reason: 'stalled' }

  test.each([
    { type: 'text', text: 'a' },
    { type: 'reasoning', text: 'a' },
    { type: 'tool_call', index: 0, name: 'f' }
  ] satisfies readonly ChatEvent[])('behind $type cannot be told', event => {
    expect(() => write([start, event, restart])).toThrow(expect.objectContaining({ status: 502, code: 'restarted' }))
  })

  test('before anything was said forgets what was kept', () => {
    const reply = chatChunks({ ...head, includeUsage: true })
    const before: readonly ChatEvent[] = [
      start,
      { type: 'citation', citation: { url: 'https://a.example' } },
      { type: 'provider_data', data: { a: 1 } },
      { type: 'usage', usage: { inputTokens: 9 } },
      { type: 'cost', cost: cost(1n) },
      { type: 'tool_call', index: 0 },
      restart
    ]
    for (const event of before) reply.write(event)
    expect(reply).toMatchObject({ usage: {}, cost: null })
    expect(deltasOf(chunksOf([start, stop].map(event => reply.write(event)).join('')))).toEqual([{}])
  })
})

describe('the usage chunk', () => {
  test('tells what all replies used and cost, exactly', () => {
    const frames = usageFrame(head, [
      { usage: { inputTokens: 10, outputTokens: 5, cachedTokens: 4, reasoningTokens: 2 }, cost: cost(2_700_000n) },
      { usage: { inputTokens: 10, outputTokens: 7, cacheWriteTokens: 3, estimated: true }, cost: cost(1n) }
    ])
    expect(chunksOf(frames)).toEqual([
      {
        ...head,
        object: 'chat.completion.chunk',
        choices: [],
        usage: {
          prompt_tokens: 20,
          completion_tokens: 12,
          total_tokens: 32,
          prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
          completion_tokens_details: { reasoning_tokens: 2 },
          estimated: true
        },
        cost: { amount: '0.002700001', currency: 'USD' }
      }
    ])
  })

  test.each([
    [[cost(3_000_000_000n)], { amount: '3', currency: 'USD' }],
    [[{ ...cost(1_500_000_000n, 'CNY'), estimated: true }], { amount: '1.5', currency: 'CNY', estimated: true }],
    [[cost(0n)], { amount: '0', currency: 'USD' }],
    [[cost(1n), null], null],
    [[null, cost(1n)], null],
    [[cost(1n), cost(1n, 'CNY')], null],
    [[], null]
  ] as const)('%# says a cost, or that it is not known', (costs, told) => {
    const [chunk] = chunksOf(
      usageFrame(
        head,
        costs.map(each => ({ usage: {}, cost: each }))
      )
    )
    expect(chunk).toMatchObject({ cost: told, usage: null })
  })

  test('counts reasoning into the completion where the vendor does not', () => {
    const [chunk] = chunksOf(usageFrame(head, [{ usage: { inputTokens: 35, outputTokens: 12, totalTokens: 109 }, cost: null }]))
    expect(chunk).toMatchObject({ usage: { prompt_tokens: 35, completion_tokens: 74, total_tokens: 109 } })
  })

  test('never says 0 for what is not known', () => {
    const [chunk] = chunksOf(usageFrame(head, [{ usage: { outputTokens: 3 }, cost: null }]))
    expect(chunk).toHaveProperty('usage', { completion_tokens: 3 })
  })

  test('stands before the end mark', () => {
    expect(doneFrame).toBe('data: [DONE]\n\n')
  })
})
