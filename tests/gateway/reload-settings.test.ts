import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, vendorError } from '../faults/support.ts'
import { ask, chat, linesOf, provider, reloaded, reloadsOf, rewrite } from './reloading.ts'
import { serveApart, type Running } from './serve-process.ts'
import { until } from './support.ts'

// A change is seen after two or three seconds.
jest.setTimeout(60_000)

let sandbox: Sandbox
let service: FakeService
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())
beforeAll(async () => {
  service = await fakeService(({ json: body }) => {
    const { model } = (body ?? {}) as { readonly model?: string }
    return model === 'failing' ? json(vendorError('down'), { status: 500 }) : json(completion('Hello'))
  })
})
afterAll(() => service.close())

const start = (config: object = {}) => serveApart(sandbox, `${service.url}/v1`, { log: { level: 'info' }, ...config })
const providers = () => ({ vendor: provider(service.url) })

const origin = 'https://chat.example.com'
const large = { model: 'vendor/m1', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] }

async function look(running: Running): Promise<object> {
  const page = await fetch(`${running.url}/health`, { headers: { origin } })
  const open = ['/v1/models', '/metrics', '/docs', '/openapi.json'].map(async path => (await fetch(running.url + path)).status)
  const chunked = await fetch(`${running.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
    body: new Blob([JSON.stringify(large)]).stream(),
    duplex: 'half'
  } as RequestInit)
  return {
    open: await Promise.all(open),
    origin: page.headers.get('access-control-allow-origin'),
    large: [(await ask(running, '/v1/chat/completions', large)).status, chunked.status]
  }
}

test('who needs a key, whose pages may ask, what is public and how large a body may be change at once', async () => {
  await using running = await start()
  const before = { open: [401, 401, 200, 200], origin: null, large: [200, 200] }
  expect(await look(running)).toEqual(before)
  const gateway = { anonymous: true, cors: [origin], metrics: 'public', docs: 'admin', max_body_mb: 0.1 }
  const { settings } = await reloaded(running, () => rewrite(sandbox, { gateway, providers: providers() }))
  expect(settings).toEqual(expect.arrayContaining(Object.keys(gateway).map(name => `gateway.${name}`)))
  expect(await look(running)).toEqual({ open: [200, 200, 401, 401], origin, large: [413, 413] })
  await reloaded(running, () => rewrite(sandbox, { providers: providers() }))
  expect(await look(running)).toEqual(before)
})

test('who needs a key from now on, and has none, is shown one, as at a first start', async () => {
  const open = () => rewrite(sandbox, { gateway: { anonymous: true }, providers: providers() })
  const close = () => rewrite(sandbox, { providers: providers() })
  await using running = await start({ gateway: { anonymous: true } })
  expect([running.key, await chat(running)]).toEqual([undefined, 200])
  const before = running.stdout()
  await reloaded(running, close)
  const { key } = JSON.parse(running.stdout().slice(before.length)) as { readonly key: string }
  expect([await chat(running), await chat({ ...running, key })]).toEqual([401, 200])
  expect(running.stderr()).not.toContain(key)
  const shown = running.stdout()
  await reloaded(running, open)
  await reloaded(running, close)
  expect([await chat(running), await chat({ ...running, key })]).toEqual([401, 200])
  expect(running.stdout()).toBe(shown)
})

test('providers, routes, budgets and retries change at once', async () => {
  const price = { service: 'new', model: 'm1', source: 'set by hand', date: '2026-11-21', currency: 'USD', input: '2', output: '8' }
  mkdirSync(sandbox.home, { mode: 0o700 })
  writeFileSync(join(sandbox.home, 'prices.json'), JSON.stringify({ version: 1, prices: [price] }), { mode: 0o600 })
  await using running = await start({ providers: { ...providers(), old: provider(service.url) } })
  expect([await chat(running, 'old/m1'), await chat(running, 'new/m1'), await chat(running, 'fast')]).toEqual([200, 404, 404])
  const line = await reloaded(running, () =>
    rewrite(sandbox, {
      providers: { vendor: provider(service.url, { max_retries: 2, retry: { base_delay: 0.01 } }), new: provider(service.url) },
      routes: { fast: ['new/m1'] },
      budgets: [{ per: 'request', limit: '0.000001 USD', provider: 'new' }]
    })
  )
  expect(line).toMatchObject({ added: ['new'], removed: ['old'], changed: ['vendor'] })
  expect(line['settings']).toEqual(expect.arrayContaining(['routes.fast', 'budgets']))
  expect(await chat(running, 'old/m1')).toBe(404)
  // The budget has no room for any.
  expect([await chat(running, 'new/m1'), await chat(running, 'fast')]).toEqual([402, 402])
  const asked = service.requests.length
  expect(await chat(running, 'vendor/failing')).toBe(502)
  expect(service.requests.length - asked).toBe(3)
})

test('the level of the log changes at once', async () => {
  await using running = await start({ log: { level: 'warn' } })
  const lines = () => linesOf(running).filter(({ message }) => message === 'request').length
  await chat(running)
  await reloaded(running, () => rewrite(sandbox, { providers: providers() }))
  expect(lines()).toBe(0)
  await chat(running)
  await until(() => lines() === 1)
})

test('what cannot change while it serves is named, and the rest is used', async () => {
  await using running = await start()
  const url = `sqlite:${join(sandbox.cwd, 'other.db')}`
  // `--port` wins whatever the file says.
  const gateway = { host: '127.0.0.2', port: 9, metrics: 'public' }
  const line = await reloaded(running, () => rewrite(sandbox, { providers: providers(), gateway, storage: { url } }))
  expect(line).toMatchObject({ settings: ['gateway.metrics'] })
  const later = { level: 'warn', message: expect.stringContaining('needs a restart'), settings: ['gateway.host', 'storage.url'] }
  await until(() => linesOf(running).at(-1)?.level === 'warn')
  expect(linesOf(running).at(-1)).toMatchObject(later)
  expect((await fetch(`${running.url}/metrics`)).status).toBe(200)
  expect(await chat(running)).toBe(200)
  // What it serves with again needs no restart.
  expect(await reloaded(running, () => rewrite(sandbox, { providers: providers() }))).toMatchObject({ settings: ['gateway.metrics'] })
  expect(linesOf(running).filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test('what was counted before stays counted', async () => {
  await using running = await start({ gateway: { metrics: 'public' }, providers: { ...providers(), old: provider(service.url) } })
  const counted = async () => {
    const text = await (await ask(running, '/metrics')).text()
    const lines = text
      .split('\n')
      .filter(line => /^resoftai_(calls_total|first_token_seconds_count|retries_total|breaker_state)/.test(line))
    return Object.fromEntries(lines.map(line => line.replace('resoftai_', '').split(' ')))
  }
  for (const model of ['vendor/m1', 'vendor/m1', 'vendor/failing', 'old/m1']) await chat(running, model)
  const before = await counted()
  expect(before).toMatchObject({
    'calls_total{provider="vendor",result="finished"}': '2',
    'calls_total{provider="vendor",result="server"}': '1',
    'calls_total{provider="old",result="finished"}': '1',
    'first_token_seconds_count{provider="vendor"}': '2'
  })
  await reloaded(running, () => rewrite(sandbox, { providers: providers(), gateway: { metrics: 'public' } }))
  expect(await counted()).toEqual(before)
  await chat(running)
  await reloaded(running, () => running.signal('SIGHUP'))
  await chat(running)
  expect(await counted()).toMatchObject({
    'calls_total{provider="vendor",result="finished"}': '4',
    'calls_total{provider="old",result="finished"}': '1'
  })
  expect(reloadsOf(running)).toHaveLength(2)
})
