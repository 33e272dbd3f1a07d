import { describe, expect, test } from '@jest/globals'
import { ReplyBuilder, type ChatEvent } from '@resoftai/sdk'
import { countTokensBody } from './count-tokens.ts'
import { messageBody } from './message-body.ts'

const head = { id: 'msg_1', model: 'groq/llama' }
const stop: ChatEvent = { type: 'finish', reason: 'stop' }

function bodyOf(...events: readonly ChatEvent[]): unknown {
  const builder = new ReplyBuilder('llama')
  for (const event of events) builder.add(event)
  return messageBody(builder.reply(), head)
}

const call = (args: string): ChatEvent => ({ type: 'tool_call', index: 0, id: 't', name: 'f', arguments: args })

describe('a whole message', () => {
  test('holds thinking, text with its sources and calls', () => {
    expect(
      bodyOf(
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Hi' },
        { type: 'citation', citation: { url: 'https://a.example' } },
        call('{"a":1}'),
        {
          type: 'usage',
          usage: { inputTokens: 10, outputTokens: 2, totalTokens: 15, cachedTokens: 8, reasoningTokens: 3, estimated: true }
        },
        { type: 'finish', reason: 'tool_calls' }
      )
    ).toEqual({
      ...head,
      type: 'message',
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: '' },
        {
          type: 'text',
          text: 'Hi',
          citations: [{ type: 'web_search_result_location', url: 'https://a.example', title: null, encrypted_index: '', cited_text: '' }]
        },
        { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: {
        input_tokens: 2,
        cache_read_input_tokens: 8,
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 3 },
        estimated: true
      }
    })
  })

  test('without content and usage has none, and numbers that clients can add', () => {
    expect(bodyOf(stop)).toMatchObject({ content: [], usage: { input_tokens: 0, output_tokens: 0 }, stop_reason: 'end_turn' })
  })

  test('never tells a number of tokens below 0', () => {
    expect(bodyOf({ type: 'usage', usage: { inputTokens: 3, cachedTokens: 9 } }, stop)).toMatchObject({ usage: { input_tokens: 0 } })
  })

  test.each([
    ['', {}],
    ['[1]', { value: [1] }],
    ['{"cut', { value: '{"cut' }]
  ])('has an object for the arguments %j of a call', (text, input) => {
    expect(bodyOf(call(text), stop)).toMatchObject({ content: [{ type: 'tool_use', input }] })
  })

  test('holds the blocks of Anthropic as they were, while they say what the reply says', () => {
    const content = [
      { type: 'redacted_thinking', data: 'x' },
      { type: 'text', text: 'H' },
      { type: 'text', text: 'i' },
      { type: 'tool_use', id: 't', name: 'f', input: {}, caller: { type: 'direct' } }
    ]
    const reply = (text: string, id = 't') =>
      bodyOf(
        { type: 'text', text },
        { ...call('{}'), id } as ChatEvent,
        { type: 'provider_data', data: { anthropic: { content }, coze: { chat: 1 } } },
        stop
      )
    expect(reply('Hi')).toMatchObject({ content: [...content, { type: 'redacted_thinking', data: 'resoftai:{"coze":{"chat":1}}' }] })
    expect(reply('Hi', 'u')).toMatchObject({ content: [{ type: 'text', text: 'Hi' }, { id: 'u' }, {}] })
    expect(reply('Ho')).toMatchObject({
      content: [
        { type: 'text', text: 'Ho' },
        { type: 'tool_use', id: 't', name: 'f', input: {} },
        { type: 'redacted_thinking', data: `resoftai:${JSON.stringify({ anthropic: { content }, coze: { chat: 1 } })}` }
      ]
    })
  })

  test('that failed is an error', () => {
    expect(() => bodyOf({ type: 'finish', reason: 'error' })).toThrow('ended the reply with an error')
  })
})

test('a number of tokens has a body of its own', () => {
  expect(countTokensBody(12)).toEqual({ input_tokens: 12 })
})
