import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { loadConfig, secretStore } from '@resoftai/core'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import { createHost, type Host } from 'resoftai'
import { serve, vendorKey } from '../gateway/support.ts'
import { completion, failureOf, key, question, vendorError } from './support.ts'
import { expectNoKey } from './written.ts'

describe('X05 an object that knows keys shows none, however it is written down:', () => {
  let home: string
  let service: FakeService
  let host: Host
  const configOf = (url: string) => ({
    providers: {
      vendor: {
        plugin: 'openai-compatible',
        api_base: `${url}/v1`,
        api_key: key,
        headers: { 'x-token': key },
        default_model: 'm1',
        max_retries: 0
      }
    },
    routes: { fast: ['vendor/m1'] },
    log: { level: 'silent' }
  })
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'resoftai-objects-'))
    service = await fakeService(({ path, json: body }) => {
      if (path.endsWith('/models')) return json({ data: [{ id: 'm1' }] })
      const { model } = body as { readonly model: string }
      return model === 'bad' ? json(vendorError(`Incorrect API key provided: ${key}`), { status: 401 }) : json(completion('Hello'))
    })
    host = await createHost({ env: { SOME_API_KEY: key }, cwd: home, home, config: configOf(service.url), ledger: true })
  })
  afterAll(async () => {
    await host.close()
    await service.close()
    rmSync(home, { recursive: true, force: true })
  })

  test('a host, its providers, routes, statistics, ledger, replies and errors', async () => {
    const provider = await host.provider('vendor')
    const reply = await provider.chat(question)
    expect(reply.content).toBe('Hello')
    expect(service.requests[0]?.headers['authorization']).toBe(`Bearer ${key}`)
    const error = await failureOf(provider.chat({ ...question, model: 'bad' }))
    expect(error.kind).toBe('auth')
    const values = [
      host,
      provider,
      await host.model('fast'),
      await host.providers(),
      host.stats(),
      host.ledger,
      reply,
      error,
      provider.encode(question),
      provider.stream(question),
      await provider.health()
    ]
    for (const value of values) expectNoKey(value)
    expectNoKey({ all: values })
  })

  test('a configuration and a store of secrets', async () => {
    const config = await loadConfig({ cwd: home, home, env: { SOME_API_KEY: key }, config: configOf(service.url) })
    expect((config.providers['vendor'] as { readonly api_key: string }).api_key).toBe(key)
    for (const write of [
      () => JSON.stringify(config),
      () => inspect(config, { depth: Infinity, showHidden: true }),
      () => format('%s %j %o', config, config, config)
    ]) {
      expect(write()).not.toContain(key)
      expect(write()).toContain('vendor')
    }
    // Nobody gets a copy that has lost its guard.
    expect(() => structuredClone(config)).toThrow()
    const store = secretStore({ home })
    store.set('groq', 'api_key', key)
    expectNoKey(store)
    expectNoKey(store.list())
  })

  test('a gateway', async () => {
    await using served = await serve(json(completion('Hello')))
    expect((await served.ask('/v1/chat/completions', { model: 'vendor/m1', ...question })).status).toBe(200)
    expectNoKey(served.gateway, vendorKey, 3)
    // Of the keys of clients it knows digests only.
    expectNoKey(served.gateway, served.key, 3)
    expectNoKey(served.storage, served.key, 3)
  })
})
