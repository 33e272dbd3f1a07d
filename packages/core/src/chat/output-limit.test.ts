import { expect, test } from '@jest/globals'
import type { ChatRequest } from '@resoftai/sdk'
import { outputLimit } from './output-limit.ts'

const ask = (fields: Partial<ChatRequest>): ChatRequest => ({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields })

test.each<[string, Partial<ChatRequest>, number | undefined, number]>([
  ['nothing', {}, undefined, 1],
  ['maxTokens', { maxTokens: 100 }, 100, 1],
  ['a larger one in extra', { maxTokens: 100, extra: { max_tokens: 5_000 } }, 5_000, 1],
  ['a smaller one in extra', { maxTokens: 100, extra: { max_completion_tokens: 50 } }, 100, 1],
  ['one level down', { extra: { generationConfig: { maxOutputTokens: 700, candidateCount: 3 } } }, 700, 3],
  ['several replies', { maxTokens: 10, extra: { n: 4 } }, 10, 4],
  ['numbers that count nothing', { maxTokens: -5, extra: { n: 0, max_tokens: 1.5, top_k: 9 } }, undefined, 1],
  ['texts and nothing', { extra: { max_tokens: '9', n: null, stop: ['n'] } }, undefined, 1]
])('the output limit of a request with %s', (_, fields, perReply, replies) => {
  expect(outputLimit(ask(fields))).toEqual({ perReply, replies })
})
