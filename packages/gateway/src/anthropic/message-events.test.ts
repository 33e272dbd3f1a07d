import { describe, expect, test } from '@jest/globals'
import type { ChatEvent } from '@resoftai/sdk'
import { messageEvents } from './message-events.ts'

const head = { id: 'msg_1', model: 'openai/gpt' }
const start: ChatEvent = { type: 'start', model: 'gpt' }
const stop: ChatEvent = { type: 'finish', reason: 'stop' }

function framesOf(...events: readonly ChatEvent[]): string {
  const stream = messageEvents(head)
  return events.map(event => stream.write(event)).join('')
}

interface Told {
  readonly type: string
  readonly [field: string]: unknown
}

/** The events of a stream; each has its type twice. */
function toldBy(...events: readonly ChatEvent[]): readonly Told[] {
  return framesOf(...events)
    .split('\n\n')
    .slice(0, -1)
    .map(frame => {
      const [name = '', data = ''] = frame.split('\n')
      const told = JSON.parse(data.replace(/^data: /, '')) as Told
      expect(name).toBe(`event: ${told.type}`)
      return told
    })
}

/** Short: `start 0 text`, `0 text_delta Hi`, `stop 0`. */
function briefly(...events: readonly ChatEvent[]): readonly string[] {
  return toldBy(...events).flatMap(({ type, index, content_block: block, delta }) => {
    const [about, change] = [block as Told | undefined, delta as Told | undefined]
    if (type === 'content_block_start') return `start ${String(index)} ${[about?.type, about?.id].join(' ')}`.trim()
    if (type === 'content_block_stop') return `stop ${String(index)}`
    if (type !== 'content_block_delta') return []
    const { type: kind, ...fields } = change as Told
    return `${String(index)} ${kind} ${String(Object.values(fields)[0])}`
  })
}

const call = (index: number, piece: object): ChatEvent => ({ type: 'tool_call', index, ...piece })

describe('the events of a message', () => {
  test('of a text are written as the vendor writes them', () => {
    const usage: ChatEvent = { type: 'usage', usage: { inputTokens: 10, cachedTokens: 4, cacheWriteTokens: 1, outputTokens: 1 } }
    const end: ChatEvent = { type: 'usage', usage: { outputTokens: 7, reasoningTokens: 2 } }
    expect(
      framesOf(start, usage, { type: 'text', text: 'Hi "you"\n' }, { type: 'text', text: '' }, { type: 'text', text: '!' }, end, stop)
    ).toBe(
      [
        'event: message_start',
        'data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"openai/gpt","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":1}}}',
        '',
        'event: content_block_start',
        'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
        '',
        'event: content_block_delta',
        'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi \\"you\\"\\n"}}',
        '',
        'event: content_block_delta',
        'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"!"}}',
        '',
        'event: content_block_stop',
        'data: {"type":"content_block_stop","index":0}',
        '',
        'event: message_delta',
        'data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2}}}',
        '',
        'event: message_stop',
        'data: {"type":"message_stop"}',
        '',
        ''
      ].join('\n')
    )
  })

  test('of no reply at all are a message without content', () => {
    expect(toldBy(start, stop).map(({ type }) => type)).toEqual(['message_start', 'message_delta', 'message_stop'])
  })

  test('number thinking, text and calls one after the other', () => {
    expect(
      briefly(
        start,
        { type: 'reasoning', text: 'a' },
        { type: 'reasoning', text: 'b', signature: 's1' },
        { type: 'reasoning', text: '', signature: 's2' },
        { type: 'text', text: 'c' },
        call(0, { id: 't1', name: 'f', arguments: '' }),
        call(0, { arguments: '{"a"' }),
        call(0, { arguments: ':1}' }),
        call(1, { id: 't2', name: 'g', arguments: '{}' }),
        { type: 'text', text: 'd' },
        { type: 'reasoning', text: 'e' },
        stop
      )
    ).toEqual([
      'start 0 thinking',
      '0 thinking_delta a',
      '0 thinking_delta b',
      '0 signature_delta s1',
      'stop 0',
      'start 1 thinking',
      '1 signature_delta s2',
      'stop 1',
      'start 2 text',
      '2 text_delta c',
      'stop 2',
      'start 3 tool_use t1',
      '3 input_json_delta {"a"',
      '3 input_json_delta :1}',
      'stop 3',
      'start 4 tool_use t2',
      '4 input_json_delta {}',
      'stop 4',
      'start 5 text',
      '5 text_delta d',
      'stop 5',
      'start 6 thinking',
      '6 thinking_delta e',
      'stop 6'
    ])
  })

  test('sort the mixed pieces of several calls, and tell the first as it comes', () => {
    const pieces = [
      call(0, { id: 'a', name: 'f' }),
      call(1, { id: 'b' }),
      call(1, { name: 'g', arguments: '{"x"' }),
      call(0, { arguments: '{"y":{}' }),
      call(1, { arguments: ':"}"' }),
      call(0, { arguments: '}' }),
      call(2, { name: 'h' }),
      call(1, { arguments: '}' })
    ]
    expect(briefly(...pieces, stop)).toEqual([
      'start 0 tool_use a',
      '0 input_json_delta {"y":{}',
      '0 input_json_delta }',
      'stop 0',
      'start 1 tool_use toolu_2_msg_1',
      'stop 1',
      'start 2 tool_use b',
      '2 input_json_delta {"x":"}"}',
      'stop 2'
    ])
  })

  test('wait for the name of a call, and do without one in the end', () => {
    expect(briefly(call(0, { id: 'a', arguments: '{' }), call(0, { arguments: '}' }), stop)).toEqual([
      'start 0 tool_use a',
      '0 input_json_delta {}',
      'stop 0'
    ])
  })

  test('cannot go on with a call that is over', () => {
    const events = [call(0, { name: 'f', arguments: '{' }), { type: 'text', text: 'x' } as const, call(0, { arguments: ' ' })]
    expect(() => framesOf(...events)).not.toThrow()
    expect(() => framesOf(...events, call(0, { arguments: '}' }))).toThrow('more of a tool call that was over')
  })

  test('put sources into a text, the next one or one of their own', () => {
    const source = (url: string): ChatEvent => ({ type: 'citation', citation: { url, title: 'T' } })
    expect(briefly(source('a'), { type: 'text', text: 'x' }, source('b'), call(0, { name: 'f' }), source('c'), stop)).toEqual([
      'start 0 text',
      '0 citations_delta [object Object]',
      '0 text_delta x',
      '0 citations_delta [object Object]',
      'stop 0',
      'start 1 tool_use toolu_0_msg_1',
      'stop 1',
      'start 2 text',
      '2 citations_delta [object Object]',
      'stop 2'
    ])
    expect(framesOf(source('a'), stop)).toContain(
      '"citation":{"type":"web_search_result_location","url":"a","title":"T","encrypted_index":"","cited_text":""}'
    )
  })

  test('carry what must travel back in a block at the end, as far as the other blocks do not', () => {
    const thinking = { type: 'thinking', thinking: 'a', signature: 's' }
    const use = { type: 'tool_use', id: 't', name: 'f', input: {} }
    const said: readonly ChatEvent[] = [
      { type: 'reasoning', text: 'a', signature: 's' },
      { type: 'text', text: 'b' },
      call(0, { id: 't', name: 'f', arguments: '{}' })
    ]
    const carried = (...content: readonly object[]) => {
      const data: ChatEvent = { type: 'provider_data', data: { anthropic: { content } } }
      const block = toldBy(...said, data, stop).findLast(({ type }) => type === 'content_block_start')?.content_block as Told
      return block.type === 'redacted_thinking' ? JSON.parse(String(block.data).slice('resoftai:'.length)) : undefined
    }
    const text = { type: 'text', text: 'b' }
    expect(carried(thinking, text, use)).toBeUndefined()
    for (const content of [
      [{ ...thinking, signature: 'other' }, text, use],
      [thinking, { type: 'redacted_thinking', data: 'x' }, text, use],
      [thinking, text, { ...use, id: 'other' }],
      [thinking, text, { ...use, caller: { type: 'code_execution' } }],
      [thinking, text]
    ]) {
      expect(carried(...content)).toEqual({ anthropic: { content } })
    }
    const unsigned: ChatEvent = { type: 'reasoning', text: 'a' }
    const plain: ChatEvent = { type: 'provider_data', data: { anthropic: { content: [text] } } }
    expect(framesOf(unsigned, { type: 'text', text: 'b' }, plain, stop)).not.toContain('redacted_thinking')
    expect(briefly({ type: 'text', text: 'b' }, { type: 'provider_data', data: { a: 1 } }, stop).slice(-2)).toEqual([
      'start 1 redacted_thinking',
      'stop 1'
    ])
    expect(framesOf({ type: 'provider_data', data: { a: 1 } }, { type: 'provider_data', data: { b: 2 } }, stop)).toContain(
      JSON.stringify({ type: 'redacted_thinking', data: 'resoftai:{"a":1,"b":2}' })
    )
  })

  test('collect usage, cost and warnings for whoever answers', () => {
    const stream = messageEvents(head)
    const cost = { nanos: 5n, currency: 'USD' }
    for (const event of [
      start,
      { type: 'usage', usage: { inputTokens: 3 } },
      { type: 'cost', cost },
      { type: 'warning', message: 'w' }
    ] as const) {
      expect(stream.write(event)).toBe('')
    }
    stream.write({ type: 'usage', usage: { outputTokens: 4 } })
    expect(stream).toMatchObject({ usage: { inputTokens: 3, outputTokens: 4 }, cost, warnings: ['w'] })
  })

  test('begin again while nothing was told, and never later', () => {
    const failed: readonly ChatEvent[] = [
      start,
      { type: 'usage', usage: { inputTokens: 9 } },
      { type: 'citation', citation: { url: 'u' } },
      call(0, { id: 'x' }),
      { type: 'provider_data', data: { a: 1 } },
      { type: 'restart', reason: 'stall' }
    ]
    const good: readonly ChatEvent[] = [start, { type: 'text', text: 'a' }, stop]
    expect(framesOf(...failed, ...good)).toBe(framesOf(...good))
    expect(() => framesOf(...good.slice(0, 2), { type: 'restart', reason: 'stall' })).toThrow('cannot take back')
  })
})

describe('the reason of an end', () => {
  const calls = call(0, { id: 't', name: 'f', arguments: '{}' })
  const reasonOf = (...events: readonly ChatEvent[]) => {
    const last = toldBy(...events).find(({ type }) => type === 'message_delta')
    return (last?.delta as Told | undefined)?.stop_reason
  }
  test.each<[string, Extract<ChatEvent, { type: 'finish' }>['reason'], string | undefined]>([
    ['end_turn', 'stop', undefined],
    ['end_turn', 'stop', 'tool_use'],
    ['stop_sequence', 'stop', 'stop_sequence'],
    ['pause_turn', 'stop', 'pause_turn'],
    ['max_tokens', 'length', 'MAX_TOKENS'],
    ['max_tokens', 'length', 'stop_sequence'],
    ['model_context_window_exceeded', 'length', 'model_context_window_exceeded'],
    ['tool_use', 'tool_calls', undefined],
    ['refusal', 'content_filter', 'sensitive'],
    ['compaction', 'unknown', 'compaction'],
    ['end_turn', 'unknown', 'a_word_of_tomorrow']
  ])('is %s for %s %s', (expected, reason, raw) => {
    expect(reasonOf({ type: 'finish', reason, ...(raw !== undefined && { raw }) })).toBe(expected)
  })

  test('is tool_use when there are calls and the vendor does not say it', () => {
    expect(reasonOf(calls, stop)).toBe('tool_use')
    expect(reasonOf(calls, { type: 'finish', reason: 'unknown' })).toBe('tool_use')
    expect(reasonOf(calls, { type: 'finish', reason: 'length' })).toBe('max_tokens')
  })

  test('is an error when the vendor failed', () => {
    expect(() => framesOf({ type: 'text', text: 'a' }, { type: 'finish', reason: 'error' })).toThrow('ended the reply with an error')
  })
})
