import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { collect, type Dialect } from '@resoftai/sdk'
import { readServerSentEvents } from '@resoftai/sdk/testing'
import { createOpenAIDialect } from '../../openai-compatible/src/dialect.ts'
import { serveSimulator, type SimulatorService } from '../src/serve.ts'
import { replyOf, request, type Asked } from './asking.ts'

const tools = [
  { name: 'weather', description: '天气', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } },
  { name: 'now', strict: true, parameters: { type: 'object', properties: {} } }
]

const asked: Readonly<Record<string, Asked>> = {
  canned: {},
  'canned in Chinese': { messages: [{ role: 'user', content: '天空为什么是蓝色的？' }] },
  echo: {
    model: 'echo',
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi 🦊' }] }
    ]
  },
  reasoning: { model: 'reasoning' },
  'tools, the call': { model: 'tools', tools },
  'tools, the answer': {
    model: 'tools',
    tools,
    messages: [
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { id: 'call_1', name: 'weather', arguments: '{"city":"text"}' },
          { id: 'call_2', name: 'now', arguments: '{}' }
        ]
      },
      { role: 'tool', toolCallId: 'call_1', name: 'weather', content: 'sunny' },
      { role: 'tool', toolCallId: 'call_2', name: 'now', content: 'noon' }
    ]
  },
  'a tool choice': { model: 'tools', tools, toolChoice: { name: 'now' } },
  'one call at a time': { model: 'tools', tools, parallelToolCalls: false },
  JSON: { responseFormat: { type: 'json' } },
  'a schema': {
    responseFormat: { type: 'json_schema', name: 'n', schema: { type: 'object', properties: { a: { const: 1 } }, required: ['a'] } }
  },
  'a directed reply': { simulator: { text: 'Ja: 中文 🦊', reasoning: 'Hm.', chunkSize: 1, finishReason: 'length' } },
  'directed calls': {
    simulator: {
      toolCalls: [
        { name: 'a', arguments: '{"broken":' },
        { name: 'b', id: 'mine' }
      ]
    }
  },
  'directed usage': { simulator: { usage: { inputTokens: 9, outputTokens: 8, totalTokens: 17, cachedTokens: 7, reasoningTokens: 6 } } }
}

/** What is read over HTTP is read by the dialect of the plugin for OpenAI-compatible services. */
describe('the same script in the process and over HTTP', () => {
  let service: SimulatorService
  let dialect: Dialect

  beforeAll(async () => {
    service = await serveSimulator()
    dialect = createOpenAIDialect({ url: path => `${service.url}/v1${path}`, headers: {}, quirks: {} })
  })
  afterAll(() => service.close())

  async function send(mode: 'stream' | 'whole', from: Asked): Promise<Response> {
    const { url, headers, body } = dialect.encode(request(from), mode)
    return await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  }

  const cases = Object.entries(asked)

  test.each(cases)('%s, whole', async (_name, from) => {
    const body: unknown = await (await send('whole', from)).json()
    expect(await collect(dialect.decode?.(body) ?? [])).toMatchObject(await expected(from))
  })

  test.each(cases)('%s, streamed', async (_name, from) => {
    const decode = dialect.streamDecoder()
    const events = readServerSentEvents(await (await send('stream', from)).bytes()).map(decode)
    expect(events.at(-1)).toBe('done')
    const read = events.flatMap(meaning => (meaning === 'done' ? [] : [...meaning]))
    const finish = read.find(event => event.type === 'finish' && event.reason !== 'unknown')
    expect(await collect([...read.filter(event => event.type !== 'finish'), ...(finish === undefined ? [] : [finish])])).toMatchObject(
      await expected(from)
    )
  })

  async function expected(from: Asked): Promise<object> {
    const { content, reasoning, toolCalls, usage, finishReason, model } = await replyOf(from)
    return { content, reasoning, toolCalls, usage, finishReason, model }
  }
})
