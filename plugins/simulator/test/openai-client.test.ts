import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import OpenAI, {
  APIConnectionError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError
} from 'openai'
import { models } from '../src/model.ts'
import { serveSimulator, type SimulatorService } from '../src/serve.ts'

const tool = {
  name: 'weather',
  description: 'The weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
}

/** A program that was written for OpenAI, pointed at the simulator. */
describe('the official client of OpenAI', () => {
  let service: SimulatorService
  let client: OpenAI

  beforeAll(async () => {
    service = await serveSimulator()
    client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'any-key-000', maxRetries: 0 })
  })
  afterAll(() => service.close())

  const messages = [{ role: 'user' as const, content: '你好' }]

  test('asks for a chat', async () => {
    const { choices, usage, model } = await client.chat.completions.create({ model: 'echo', messages })
    expect(choices).toMatchObject([{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: '[simulator] 你好' } }])
    expect(usage).toEqual({ prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 })
    expect(model).toBe('echo')
  })

  test('streams a chat, with usage at the end', async () => {
    const stream = client.chat.completions.stream({ model: 'echo', messages, stream_options: { include_usage: true } })
    const deltas: string[] = []
    stream.on('content', delta => deltas.push(delta))
    const { choices, usage } = await stream.finalChatCompletion()
    expect(choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: '[simulator] 你好' } })
    expect(deltas.filter(delta => delta !== '')).toEqual(['[simulat', 'or] 你好'])
    expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 5, total_tokens: 7 })
  })

  test.each([false, true])('runs tools until it is answered (streamed: %s)', async streamed => {
    const asked: string[] = []
    const params = {
      model: 'tools',
      messages: [{ role: 'user' as const, content: 'Weather?' }],
      tools: [{ type: 'function' as const, function: { ...tool, function: (given: string) => (asked.push(given), 'sunny') } }]
    }
    const runner = streamed ? client.chat.completions.runTools({ ...params, stream: true }) : client.chat.completions.runTools(params)
    expect(await runner.finalContent()).toBe('[simulator] The tools answered: weather: sunny.')
    expect(asked).toEqual(['{"city":"text"}'])
  })

  test('gets reasoning where reasoning models have it', async () => {
    const { choices, usage } = await client.chat.completions.create({ model: 'reasoning', messages })
    expect(choices[0]?.message).toHaveProperty('reasoning_content', expect.stringContaining('问题是'))
    expect(usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0)
  })

  test('gets a structured reply that fits', async () => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] }
    const response_format = { type: 'json_schema' as const, json_schema: { name: 'answer', schema } }
    const { choices } = await client.chat.completions.create({ model: 'canned', messages, response_format })
    expect(choices[0]?.message.content).toBe('{"ok":false}')
  })

  test('gets canned for a model that is none of ours', async () => {
    const { choices, model } = await client.chat.completions.create({ model: 'gpt-4o', messages })
    expect(model).toBe('canned')
    expect(choices[0]?.message.content).toContain('ResoftAI 模拟器')
  })

  test('lists the models', async () => {
    const listed: string[] = []
    for await (const { id } of client.models.list()) listed.push(id)
    expect(listed).toEqual(models)
  })

  test('embeds texts: equal ones alike, near ones nearer, all of length 1', async () => {
    const input = ['the red fox', 'the red fox', 'a red fox', '数据库索引']
    const { data, usage } = await client.embeddings.create({ model: 'any', input, dimensions: 128 })
    const [one = [], same = [], near = [], far = []] = data.map(({ embedding }) => embedding)
    const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, part, index) => sum + part * (b[index] ?? 0), 0)
    expect(one).toHaveLength(128)
    expect(same).toEqual(one)
    expect(product(one, one)).toBeCloseTo(1)
    expect(product(one, near)).toBeGreaterThan(product(one, far))
    expect(usage).toEqual({ prompt_tokens: 3 + 3 + 3 + 4, total_tokens: 13 })
  })

  test('embeds the same as numbers and as base64', async () => {
    const [packed, plain] = await Promise.all([
      client.embeddings.create({ model: 'any', input: 'the red fox', encoding_format: 'base64' }),
      client.embeddings.create({ model: 'any', input: 'the red fox', encoding_format: 'float' })
    ])
    const vector = plain.data[0]?.embedding ?? []
    expect(vector).toHaveLength(64)
    const text = packed.data[0]?.embedding ?? ''
    expect([...new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer)]).toEqual(vector.map(Math.fround))
  })

  test.each([
    ['auth', AuthenticationError],
    ['permission', PermissionDeniedError],
    ['not_found', NotFoundError],
    ['bad_request', BadRequestError],
    ['rate_limit', RateLimitError],
    ['server', InternalServerError],
    ['network', APIConnectionError]
  ])('knows fault:%s as its own error', async (name, type) => {
    await expect(client.chat.completions.create({ model: `fault:${name}`, messages })).rejects.toBeInstanceOf(type)
  })
})
