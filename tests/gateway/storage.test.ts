import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from '@resoftai/sdk/testing'
import { completion } from '../faults/support.ts'
import { lockApart } from '../budgets/lock.ts'
import { hello, serve, type Served, type Setup } from './support.ts'

const path = '/v1/chat/completions'
const asked = { ...hello, max_tokens: 100 }
const budgets = [{ per: 'day', limit: '1 USD' }]
const dayMs = 86_400_000

/** A gateway whose storage is a file that others reach too. */
async function serveFile(setup: Setup = {}): Promise<Served & { readonly file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-storage-'))
  const file = join(folder, 'gateway.db')
  const served = await serve(json(completion('Hello')), { storage: `sqlite:${file}`, ...setup })
  return {
    ...served,
    file,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function breakFile(file: string, ...tables: readonly string[]): void {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  for (const table of tables) database.exec(`alter table ${table} rename to ${table}_gone`)
  database.close()
}

const codeOf = async (response: Response) => ((await response.json()) as { readonly error: { readonly code: string } }).error.code

describe('a storage that is broken', () => {
  test('G16 lets nobody in whose key cannot be read, and says so as 503', async () => {
    await using served = await serveFile()
    breakFile(served.file, 'client_key_secrets')
    const response = await served.ask(path, asked)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toEqual({
      error: { message: 'The gateway cannot read its storage.', type: 'api_error', param: null, code: 'storage_unavailable' }
    })
    expect(served.service.requests).toHaveLength(0)
  })

  test('G16 refuses what a budget is for, where it cannot be asked', async () => {
    await using served = await serveFile({ config: { budgets } })
    expect((await served.ask(path, asked)).status).toBe(200)
    breakFile(served.file, 'accounts', 'calls')
    const response = await served.ask(path, asked)
    expect(response.status).toBe(503)
    expect(await codeOf(response)).toBe('budget_unavailable')
    expect(served.service.requests).toHaveLength(1)
  })

  test('G16 lets it go with a warning, where the configuration says so', async () => {
    await using served = await serveFile({ config: { budgets, storage: { url: 'sqlite::memory:', on_failure: 'allow' } } })
    expect((await served.ask(path, asked)).status).toBe(200)
    breakFile(served.file, 'accounts', 'calls')
    const response = await served.ask(path, asked)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-resoftai-warnings')).toContain('budgets could not be asked')
  })

  test('G15 a call that cannot be recorded is answered, with a warning, and the gateway is not ready', async () => {
    await using served = await serveFile()
    expect((await served.ask('/ready')).status).toBe(200)
    await served.ask(path, asked)
    breakFile(served.file, 'accounts', 'calls')
    const response = await served.ask(path, asked)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-resoftai-warnings')).toContain('could not be written into the ledger')
    const ready = await served.ask('/ready')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ status: 'not_ready', storage: 'failed' })
    expect((await served.ask('/health')).status).toBe(200)
  })

  test('G16 one that another process has locked is waited for, or refused, and works again without a restart', async () => {
    await using served = await serveFile({ config: { budgets } })
    expect((await served.ask(path, asked)).status).toBe(200)
    const unlock = await lockApart(served.file)
    const response = await served.ask(path, asked)
    expect(await codeOf(response)).toBe('budget_unavailable')
    await unlock()
    // A store that failed is left alone for a second.
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect((await served.ask(path, asked)).status).toBe(200)
  })
})

describe('G23 probes', () => {
  test('ask no vendor', async () => {
    await using served = await serve(json(completion('Hello')))
    for (const address of ['/', '/health', '/ready', '/health', '/ready']) expect((await fetch(served.url + address)).status).toBe(200)
    expect(served.service.requests).toHaveLength(0)
    expect(await served.records()).toEqual([])
  })

  test('say that it lives where the vendor is dead, and name the providers', async () => {
    await using served = await serve(json(completion('Hello')))
    await served.service.close()
    expect(await (await fetch(`${served.url}/health`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${served.url}/ready`)).json()).toMatchObject({ storage: 'ok', providers: { vendor: 'ready' } })
  })
})

describe('what a call costs', () => {
  /** More than it may be expected to: 0.0028 USD. */
  const dear = json(completion('Hello', { usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } }))

  test('is in the ledger with the name of the key, and counts for a budget of each key', async () => {
    // Enough for the one call that each makes at the same time, and not for two.
    const each = [{ per: 'day', limit: '0.002 USD', each: 'key' }]
    const both = Promise.withResolvers<void>()
    await using served = await serve({ ...dear, steps: [() => both.promise, ...dear.steps] }, { config: { budgets: each } })
    const { secret } = await served.makeKey({ name: 'bob' })
    const bob = { authorization: `Bearer ${secret}` }
    const asking = [served.ask(path, asked), served.ask(path, asked, bob)]
    await served.service.received(2)
    both.resolve()
    expect((await Promise.all(asking)).map(({ status }) => status)).toEqual([200, 200])
    for (const headers of [{}, bob]) {
      const refused = await served.ask(path, asked, headers)
      expect(refused.status).toBe(402)
      expect(await codeOf(refused)).toBe('budget_exceeded')
    }
    const records = await served.records()
    expect(records.map(({ key, status }) => `${key} ${status}`).toSorted()).toEqual([
      'alice finished',
      'alice quota',
      'bob finished',
      'bob quota'
    ])
    expect(records[0]).toMatchObject({ costNanos: 2_800_000n, currency: 'USD', inputTokens: 1_000, outputTokens: 100 })
  })

  test('counts for the budget that a key has of its own', async () => {
    await using served = await serve(dear, { key: { budgets: [{ per: 'total', limit: '0.002 USD' }] } })
    expect((await served.ask(path, asked)).status).toBe(200)
    expect((await served.ask(path, asked)).status).toBe(402)
    expect(served.service.requests).toHaveLength(1)
  })

  test('is refused once the budget is spent, whatever the shape of the request', async () => {
    await using served = await serve(json(completion('Hello')), { key: { budgets: [{ per: 'request', limit: '0.0000001 USD' }] } })
    const refusals = [
      await served.ask(path, asked),
      await served.ask(path, { ...asked, stream: true }),
      await served.ask('/v1/completions', { model: 'vendor/m1', prompt: 'Hello', max_tokens: 100 })
    ]
    expect(refusals.map(({ status }) => status)).toEqual([402, 402, 402])
    expect(served.service.requests).toHaveLength(0)
  })
})

test('a key that expires in a day is valid till then', async () => {
  let now = Date.now()
  await using served = await serve(json(completion('Hello')), { key: { expiresAt: now + dayMs }, gateway: { clock: () => now } })
  expect((await served.ask(path, asked)).status).toBe(200)
  now += dayMs
  expect((await served.ask(path, asked)).status).toBe(401)
})
