import { describe, expect, test } from '@jest/globals'
import { ReplyBuilder, type ChatEvent } from '@resoftai/sdk'
import { readCompletionBody } from './text-body.ts'
import { textChunks } from './text-chunks.ts'
import { textCompletion } from './text-completion.ts'
import { usageFrame } from './reply-stream.ts'

const head = { id: 'cmpl-1', model: 'groq/llama', created: 1_790_000_000 }
const asUser = (content: string) => [{ role: 'user', content }]

describe('a completion body', () => {
  test('asks a user’s question for each prompt', () => {
    expect(readCompletionBody({ model: 'm', prompt: 'Say hi' })).toEqual({
      model: 'm',
      stream: false,
      includeUsage: false,
      n: 1,
      asks: [{ messages: asUser('Say hi') }]
    })
    const body = { model: 'm', prompt: ['a', 'b'], max_tokens: 5, temperature: 0, stop: ['x'], n: 2, stream: true, top_k: 1 }
    const shared = { maxTokens: 5, temperature: 0, stop: ['x'], extra: { top_k: 1 } }
    expect(readCompletionBody(body)).toMatchObject({
      n: 2,
      stream: true,
      asks: [
        { ...shared, messages: asUser('a') },
        { ...shared, messages: asUser('b') }
      ]
    })
  })

  test('may say the defaults of what only models of text know', () => {
    const { asks } = readCompletionBody({ model: 'm', prompt: 'a', suffix: null, echo: false, logprobs: null, best_of: 2, n: 2 })
    expect(asks).toEqual([{ messages: asUser('a') }])
  })

  test.each([
    ['suffix', 'end'],
    ['echo', true],
    ['logprobs', 5],
    ['best_of', 3],
    ['messages', [{ role: 'user', content: 'x' }]],
    ['tools', []],
    ['functions', []],
    ['api_key', 'x']
  ])('refuses %s %j', (param, value) => {
    expect(() => readCompletionBody({ model: 'm', prompt: 'a', [param]: value })).toThrow(
      expect.objectContaining({ status: 400, code: 'unsupported_parameter', param })
    )
  })

  test.each([
    ['prompt', { model: 'm' }],
    ['prompt', { model: 'm', prompt: [] }],
    ['prompt', { model: 'm', prompt: [1, 2] }],
    ['prompt', { model: 'm', prompt: [[1, 2]] }],
    ['prompt', { model: 'm', prompt: Array(17).fill('a') }],
    ['n', { model: 'm', prompt: ['a', 'b'], n: 9 }],
    ['prompt.1', { model: 'm', prompt: ['a', {}] }],
    ['model', { prompt: 'a' }]
  ])('names what is wrong: %s in %j', (param, body) => {
    expect(() => readCompletionBody(body)).toThrow(expect.objectContaining({ status: 400, code: 'invalid_request', param }))
  })
})

describe('a text completion', () => {
  const events: readonly ChatEvent[] = [
    { type: 'start', model: 'llama' },
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'Hi' },
    { type: 'text', text: '' },
    { type: 'provider_data', data: { a: 1 } },
    { type: 'citation', citation: { url: 'https://a.example' } },
    { type: 'warning', message: 'odd' },
    { type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } },
    { type: 'cost', cost: { nanos: 5n, currency: 'USD' } },
    { type: 'finish', reason: 'length' }
  ]
  const spent = { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }, cost: { amount: '0.000000005', currency: 'USD' } }
  const choice = (text: string, finish_reason: string | null, index: number) => ({ text, index, logprobs: null, finish_reason })

  test('is told whole', () => {
    const builder = new ReplyBuilder()
    for (const event of events) builder.add(event)
    expect(textCompletion({ ...head, replies: [builder.reply()] })).toEqual({
      ...head,
      object: 'text_completion',
      choices: [choice('Hi', 'length', 0)],
      ...spent
    })
  })

  test('is told in chunks', () => {
    const reply = textChunks({ ...head, includeUsage: true, index: 1 })
    const frames = events.map(event => reply.write(event)).filter(frame => frame !== '')
    const end = usageFrame(head, [reply], 'text_completion')
    const chunk = { ...head, object: 'text_completion' }
    expect([...frames, end].map(frame => JSON.parse(frame.replace(/^data: /, '')) as unknown)).toEqual([
      { ...chunk, choices: [choice('Hi', null, 1)], usage: null },
      { ...chunk, choices: [choice('', 'length', 1)], usage: null },
      { ...chunk, choices: [], ...spent }
    ])
    expect(reply.warnings).toEqual(['odd'])
  })

  test('cannot begin again behind text', () => {
    const reply = textChunks({ ...head, includeUsage: false })
    reply.write({ type: 'usage', usage: { inputTokens: 3 } })
    expect(reply.write({ type: 'restart', reason: 'x' })).toBe('')
    expect(reply.usage).toEqual({})
    reply.write({ type: 'text', text: 'a' })
    expect(() => reply.write({ type: 'restart', reason: 'x' })).toThrow(expect.objectContaining({ code: 'restarted' }))
  })
})
