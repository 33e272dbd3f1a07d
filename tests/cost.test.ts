import { afterEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setPrice } from '@resoftai/core'
import { Agent, collect, createHost, type Host, type ProviderClient } from 'resoftai'
import { fakeService, json, sse, type Answer } from '@resoftai/sdk/testing'

const question = { messages: [{ role: 'user' as const, content: 'Hello' }] }
const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

const usage = { prompt_tokens: 1000, completion_tokens: 300, total_tokens: 1300, prompt_tokens_details: { cached_tokens: 400 } }
const whole = (model: string): Answer => json({ model, choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage })
const streamed = (model: string): Answer =>
  sse([
    { model, choices: [{ index: 0, delta: { content: 'Hi' } }] },
    { model, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage }
  ])

interface Priced {
  readonly host: Host
  readonly provider: ProviderClient
}

/** A vendor whose `model-1` costs 2, cached 0.5, and 8 yuan a million tokens. */
async function start(answer: Answer, entry: object = {}): Promise<Priced> {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-cost-'))
  const date = '2026-01-01'
  await setPrice({ service: 'vendor', model: 'model-1', currency: 'CNY', input: '2', cached: '0.5', output: '8', date }, { home })
  const service = await fakeService(answer)
  const vendor = { plugin: 'openai-compatible', api_base: service.url, api_key: 'sk-invented-key', default_model: 'alias', ...entry }
  const host = await createHost({ env: {}, cwd: home, home, config: { providers: { vendor }, log: { level: 'silent' } } })
  open.push(
    () => rmSync(home, { recursive: true, force: true }),
    () => service.close(),
    () => host.close()
  )
  return { host, provider: await host.provider('vendor') }
}

/** 600 at 2, 400 at 0.5 and 300 at 8 yuan a million. */
const nanos = 1_200_000n + 200_000n + 2_400_000n

describe('the cost of a reply', () => {
  test.each(['whole', 'stream'] as const)('is reckoned by the model that the reply names, part by part (%s)', async mode => {
    const { provider } = await start(mode === 'whole' ? whole('model-1') : streamed('model-1'))
    const reply = mode === 'whole' ? await provider.chat(question) : await collect(provider.stream(question))
    expect(reply.cost).toMatchObject({
      nanos,
      currency: 'CNY',
      parts: { input: 1_200_000n, cachedInput: 200_000n, cacheWrite: 0n, output: 2_400_000n },
      price: { model: 'model-1', date: '2026-01-01' }
    })
    expect(reply.warnings).toEqual([])
  })

  test('is told as an event before the end', async () => {
    const { provider } = await start(streamed('model-1'))
    const types: string[] = []
    for await (const { type } of provider.stream(question)) types.push(type)
    expect(types.slice(-2)).toEqual(['cost', 'finish'])
  })

  test('is null for a model without a price, without a word where the service is one’s own', async () => {
    const { provider } = await start(whole('model-2'))
    expect(await provider.chat(question)).toMatchObject({ cost: null, warnings: [] })
  })

  test('is reckoned by an estimate, and marked so, when the vendor reports no tokens', async () => {
    const { provider } = await start(json({ model: 'model-1', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }))
    const { cost, usage: used } = await provider.chat(question)
    expect(used).toMatchObject({ estimated: true })
    expect(cost).toMatchObject({ currency: 'CNY', estimated: true })
    expect(await provider.estimateTokens(question)).toBe(used.inputTokens)
  })

  test('is summed by an agent', async () => {
    const { host } = await start(streamed('model-1'))
    const agent = new Agent({ host, provider: 'vendor' })
    await agent.process('One')
    expect((await agent.process('Two')).cost).toEqual({ nanos, currency: 'CNY' })
  })

  test('of the simulator is null', async () => {
    const { host } = await start(whole('model-1'))
    expect(await (await host.provider('simulator')).chat(question)).toMatchObject({ cost: null, warnings: [] })
  })
})
