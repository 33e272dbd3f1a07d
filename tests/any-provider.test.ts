import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, collect, createHost, defineTool, type Host } from 'resoftai'
import type { ChatReply, Message, Tool } from '@resoftai/sdk'
import { fakeService, json, type Answer, type FakeService, type ReceivedRequest } from '@resoftai/sdk/testing'
import { anthropicVendor } from './vendors/anthropic.ts'
import { Refusal } from './vendors/brain.ts'
import { cozeVendor } from './vendors/coze.ts'
import { geminiVendor } from './vendors/gemini.ts'
import { openAIVendor } from './vendors/openai.ts'

/** A vendor behind its plugin: what plays it, and how it is configured. */
const vendors: Readonly<
  Record<string, { readonly play: () => (request: ReceivedRequest) => Answer; readonly config: (base: string) => object }>
> = {
  'openai-compatible': { play: openAIVendor, config: base => ({ api_base: `${base}/v1`, default_model: 'vendor-model' }) },
  zhipu: { play: () => openAIVendor({ wantsReasoning: true }), config: base => ({ api_base: base, default_model: 'glm-4.6' }) },
  'azure-openai': { play: openAIVendor, config: base => ({ api_base: `${base}/openai/v1`, default_model: 'my-deployment' }) },
  anthropic: { play: anthropicVendor, config: base => ({ api_base: base, default_model: 'claude-sonnet-4-5' }) },
  gemini: { play: geminiVendor, config: base => ({ api_base: `${base}/v1beta`, default_model: 'gemini-3-flash-preview' }) },
  coze: { play: cozeVendor, config: base => ({ api_base: base, bot_id: '7379462189365198898' }) }
}
const names = Object.keys(vendors)

const question = 'What is the weather, and what time is it?'
const answer = '你好 🌍 time: noon, weather: sunny'
const calls = [
  { name: 'weather', arguments: '{"city":"巴黎"}' },
  { name: 'time', arguments: '{}' }
]
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const
const tools: readonly Tool[] = [
  { name: 'weather', parameters: city },
  { name: 'time', description: 'The time now' }
]

describe('one agent, any provider', () => {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-any-'))
  const services = new Map<string, FakeService>()
  let host: Host

  beforeAll(async () => {
    const providers: Record<string, object> = {}
    for (const [name, { play, config }] of Object.entries(vendors)) {
      const respond = play()
      const service = await fakeService(request => {
        try {
          return respond(request)
        } catch (error) {
          if (!(error instanceof Refusal || error instanceof SyntaxError)) throw error
          return json({ error: { type: 'invalid_request_error', message: error.message }, code: 4000, msg: error.message }, { status: 400 })
        }
      })
      services.set(name, service)
      providers[name] = { plugin: name, api_key: 'sk-any-0123456789', max_retries: 0, timeout: 5, ...config(service.url) }
    }
    host = await createHost({ env: {}, cwd: home, home, config: { providers } })
  })
  afterAll(async () => {
    await host.close()
    for (const service of services.values()) await service.close()
    rmSync(home, { recursive: true, force: true })
  })

  test.each(names)('%s: an agent calls its tools side by side and ends with the same answer', async name => {
    const asked: unknown[] = []
    const agent = new Agent({
      host,
      role: 'assistant',
      provider: name,
      tools: [
        defineTool<{ city: string }>({ name: 'weather', parameters: city, run: args => (asked.push(args), 'sunny') }),
        defineTool({ name: 'time', description: 'The time now', run: () => 'noon' })
      ]
    })
    const result = await agent.process(question)
    expect(result).toMatchObject({ content: answer, stopReason: 'finished' })
    expect(asked).toEqual([{ city: '巴黎' }])
    expect(result.steps).toHaveLength(2)
    expect(result.usage).toMatchObject(name === 'coze' ? { estimated: true } : { inputTokens: 40, outputTokens: 20 })
    expect((await agent.process('And what did I ask first?')).content).toContain(question)
  })

  const say = async (name: string, messages: readonly Message[], mode: 'stream' | 'whole', thinking: boolean): Promise<ChatReply> => {
    const provider = await host.provider(name)
    const ask = { messages, tools, ...(thinking && { reasoningEffort: 'high' }) }
    return mode === 'stream' ? collect(provider.stream(ask)) : provider.chat(ask)
  }
  const results = ({ toolCalls }: ChatReply): readonly Message[] =>
    toolCalls.map(({ id, name }) => ({ role: 'tool', toolCallId: id, name, content: name === 'weather' ? 'sunny' : 'noon' }))

  const pairs = names.flatMap(first => names.map(second => [first, second] as const))
  const ways = (['stream', 'whole'] as const).flatMap(mode => [false, true].map(thinking => ({ mode, thinking })))

  describe.each(ways)('asked by $mode, thinking: $thinking', ({ mode, thinking }) => {
    test.each(pairs)('%s calls the tools, %s gets their results, and the first goes on', async (first, second) => {
      const asked: Message[] = [{ role: 'user', content: question }]
      const called = await say(first, asked, mode, thinking)
      // A Coze chat that waits for tools is not listed, so asked whole it gives no text.
      const shown = first === 'coze' && mode === 'whole' ? '' : 'Let me look.'
      expect(called).toMatchObject({ content: shown, finishReason: 'tool_calls' })
      expect(called.toolCalls.map(({ name, arguments: text }) => ({ name, arguments: text }))).toEqual(calls)
      const known: Message[] = [...asked, called.message, ...results(called)]
      const told = await say(second, known, mode, thinking)
      expect(told).toMatchObject({ content: answer, finishReason: 'stop', toolCalls: [] })
      const again: Message[] = [...known, told.message, { role: 'user', content: 'And what did I ask first?' }]
      const back = await say(first, again, mode, thinking)
      expect(back.content).toContain(question)
    })
  })
})
