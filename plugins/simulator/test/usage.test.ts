import { describe, expect, test } from '@jest/globals'
import type { Message } from '@resoftai/sdk'
import { replyOf, type Asked } from './asking.ts'

const user = (content: string): Message => ({ role: 'user', content })
const now = { name: 'now', description: 'The time.' }

/** A token is four bytes of UTF-8, rounded up for each message, for all tools together, for the thoughts and for the answer. */
describe('usage is counted as it is documented', () => {
  test.each<[string, Asked, { inputTokens: number; outputTokens: number; reasoningTokens?: number }]>([
    ['four bytes are a token', { messages: [user('abcd')], simulator: { text: 'abcdefgh' } }, { inputTokens: 1, outputTokens: 2 }],
    ['what is left is one more', { messages: [user('abcde')], simulator: { text: 'abcdefghi' } }, { inputTokens: 2, outputTokens: 3 }],
    ['bytes count, not characters', { messages: [user('中文')], simulator: { text: '🦊🦊' } }, { inputTokens: 2, outputTokens: 2 }],
    [
      'each message by itself',
      { messages: [{ role: 'system', content: 'a' }, user('b')], simulator: { text: '' } },
      { inputTokens: 2, outputTokens: 0 }
    ],
    ['nothing is nothing', { messages: [user('')], simulator: { text: '' } }, { inputTokens: 0, outputTokens: 0 }],
    [
      'pictures count nothing',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'abcd' },
              { type: 'image', url: 'https://example.com/a.png' }
            ]
          }
        ],
        simulator: { text: '' }
      },
      { inputTokens: 1, outputTokens: 0 }
    ],
    [
      'thoughts are part of the output, and told apart',
      { messages: [user('abcd')], simulator: { reasoning: 'abcde', text: 'abcd' } },
      { inputTokens: 1, outputTokens: 3, reasoningTokens: 2 }
    ],
    [
      'calls count with name and arguments',
      { messages: [user('abcd')], simulator: { toolCalls: [{ name: 'now!' }, { name: 'ab', arguments: '12' }] } },
      { inputTokens: 1, outputTokens: 3 }
    ],
    [
      'calls and results of the conversation count too',
      {
        messages: [
          user('abcd'),
          { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'ab', arguments: '{}' }] },
          { role: 'tool', toolCallId: 'call_1', content: 'noon' }
        ],
        simulator: { text: '' }
      },
      { inputTokens: 3, outputTokens: 0 }
    ],
    [
      'offered tools count as JSON',
      { messages: [user('')], tools: [now], simulator: { text: '' } },
      { inputTokens: Math.ceil(JSON.stringify([now]).length / 4), outputTokens: 0 }
    ],
    [
      'an empty list of tools counts nothing',
      { messages: [user('abcd')], tools: [], simulator: { text: '' } },
      { inputTokens: 1, outputTokens: 0 }
    ]
  ])('%s', async (_name, asked, counted) => {
    expect((await replyOf(asked)).usage).toEqual({ ...counted, totalTokens: counted.inputTokens + counted.outputTokens })
  })
})
