import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, collect, createHost, defineTool, type Host } from 'resoftai'

/** A server that others wrote and test against the real clients of the vendors. */
describe('with @copilotkit/aimock as the vendor', () => {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-aimock-'))
  const vendor = new LLMock({ port: 0 })
  let host: Host

  beforeAll(async () => {
    vendor.onMessage('hello', { content: 'Hi there, 你好!' })
    vendor.onMessage('think', { content: 'Done.', reasoning: 'Let me see.' })
    vendor.onToolResult('call_weather', { content: 'It is sunny.' })
    vendor.onMessage('weather', { toolCalls: [{ id: 'call_weather', name: 'weather', arguments: '{"city":"Paris"}' }] })
    vendor.onMessage('broken', { error: { message: 'No quota.', type: 'insufficient_quota', code: 'insufficient_quota' }, status: 429 })
    vendor.onEmbedding('one', { embedding: [0.25, -0.5, 1] })
    await vendor.start()
    const providers = {
      mock: { plugin: 'openai-compatible', api_base: `${vendor.url}/v1`, api_key: 'sk-mock', default_model: 'gpt-4o-mini' }
    }
    host = await createHost({ env: {}, cwd: home, home, config: { providers } })
  })
  afterAll(async () => {
    await host.close()
    await vendor.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const ask = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

  test('a whole reply and a streamed one are equal', async () => {
    const provider = await host.provider('mock')
    const whole = await provider.chat(ask('hello'))
    const streamed = await collect(provider.stream(ask('hello')))
    expect(whole).toMatchObject({ content: 'Hi there, 你好!', finishReason: 'stop' })
    expect(streamed).toMatchObject({ content: whole.content, finishReason: 'stop' })
  })

  test('reasoning is kept apart from the text', async () => {
    const provider = await host.provider('mock')
    expect(await collect(provider.stream(ask('think')))).toMatchObject({ content: 'Done.', reasoning: 'Let me see.' })
  })

  test('an agent calls a tool and answers with its result', async () => {
    const asked: unknown[] = []
    const weather = defineTool<{ city: string }>({
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      run: args => {
        asked.push(args)
        return 'sunny'
      }
    })
    const result = await new Agent({ host, role: 'assistant', provider: 'mock', tools: [weather] }).process('weather in Paris?')
    expect(result.content).toBe('It is sunny.')
    expect(asked).toEqual([{ city: 'Paris' }])
  })

  test('its error is read by its code', async () => {
    const provider = await host.provider('mock')
    await expect(provider.chat(ask('broken'))).rejects.toMatchObject({ kind: 'quota', status: 429 })
  })

  test('embeddings and the model list arrive', async () => {
    const provider = await host.provider('mock')
    const { vectors } = await provider.embed({ model: 'text-embedding-3-small', input: ['one'] })
    expect(vectors[0]?.map(value => Number(value.toFixed(3)))).toEqual([0.25, -0.5, 1])
    expect((await provider.models()).length).toBeGreaterThan(0)
    expect(await provider.health()).toMatchObject({ ok: true })
  })
})
