import { describe, expect, test } from '@jest/globals'
import { ReplyBuilder, type ChatEvent, type ChatReply } from '@resoftai/sdk'
import { chatCompletion } from './chat-completion.ts'

const head = { id: 'chatcmpl-1', model: 'groq/llama', created: 1_790_000_000 }

function replyOf(...events: readonly ChatEvent[]): ChatReply {
  const builder = new ReplyBuilder('llama')
  for (const event of events) builder.add(event)
  return builder.reply()
}

const stop: ChatEvent = { type: 'finish', reason: 'stop' }
const call: ChatEvent = { type: 'tool_call', index: 0, id: 'c', name: 'f', arguments: '{"a":1}' }

describe('a whole chat completion', () => {
  test('tells all replies, and what they used and cost together', () => {
    const usage: ChatEvent = { type: 'usage', usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12, cachedTokens: 8 } }
    const cost: ChatEvent = { type: 'cost', cost: { nanos: 1_350_000n, currency: 'CNY' } }
    const replies = [
      replyOf({ type: 'text', text: 'Hi' }, usage, cost, stop),
      replyOf({ type: 'text', text: 'Ho' }, usage, cost, { type: 'finish', reason: 'length' })
    ]
    const message = { role: 'assistant', refusal: null }
    expect(chatCompletion({ ...head, replies })).toEqual({
      ...head,
      object: 'chat.completion',
      choices: [
        { index: 0, message: { ...message, content: 'Hi' }, logprobs: null, finish_reason: 'stop' },
        { index: 1, message: { ...message, content: 'Ho' }, logprobs: null, finish_reason: 'length' }
      ],
      usage: { prompt_tokens: 20, completion_tokens: 4, total_tokens: 24, prompt_tokens_details: { cached_tokens: 16 } },
      cost: { amount: '0.0027', currency: 'CNY' }
    })
  })

  test('has no content when the model only calls tools, and tells what must travel back', () => {
    const reply = replyOf(
      { type: 'reasoning', text: 'hm' },
      call,
      { type: 'citation', citation: { url: 'https://a.example' } },
      { type: 'provider_data', data: { own: [1] } },
      { type: 'finish', reason: 'unknown', raw: 'END' }
    )
    expect(chatCompletion({ ...head, replies: [reply] })).toMatchObject({
      choices: [
        {
          message: {
            content: null,
            reasoning_content: 'hm',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }],
            provider_data: { own: [1] }
          },
          finish_reason: 'tool_calls',
          native_finish_reason: 'END'
        }
      ],
      usage: null,
      cost: null
    })
  })

  test('of an empty reply has empty content', () => {
    expect(chatCompletion({ ...head, replies: [replyOf(stop)] })).toMatchObject({ choices: [{ message: { content: '' } }] })
  })

  test('answers the older form in the older form', () => {
    const replies = [replyOf(call, { type: 'finish', reason: 'tool_calls' })]
    expect(chatCompletion({ ...head, replies, functions: true })).toMatchObject({
      choices: [{ message: { content: null, function_call: { name: 'f', arguments: '{"a":1}' } }, finish_reason: 'function_call' }]
    })
  })

  test('is none when the reply failed', () => {
    const replies = [replyOf({ type: 'text', text: 'a' }, { type: 'finish', reason: 'error' })]
    expect(() => chatCompletion({ ...head, replies })).toThrow(expect.objectContaining({ status: 502 }))
  })
})
