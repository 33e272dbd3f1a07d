import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway, digestOf, newKey, shownOf, type Gateway, type GatewayOptions } from '@resoftai/gateway'
import { fakeService, type FakeService, type Respond } from '@resoftai/sdk/testing'
import { openStorage, type CallRecord, type ClientKey, type NewClientKey, type Storage } from '@resoftai/storage'
import OpenAI from 'openai'
import { createHost, type Host, type HostOptions } from 'resoftai'

/** The key that the gateway has for the vendor: no client may ever see it. */
export const vendorKey = 'sk-canary-KjVbNpRtYgHsQzWx'

/** Nothing is refused because this machine is busy with other tests. */
export const unpressed = { delayMs: Infinity }

export interface Setup {
  /** Fields of the provider `vendor`. */
  readonly settings?: object
  /** Other keys of the configuration; `providers` are added. */
  readonly config?: { readonly providers?: object } & Readonly<Record<string, unknown>>
  readonly gateway?: Partial<Omit<GatewayOptions, 'host'>>
  readonly overrides?: HostOptions['overrides']
  readonly storage?: string
  /** What one of its keys may. */
  readonly key?: Partial<NewClientKey>
}

export interface Served extends AsyncDisposable {
  readonly gateway: Gateway
  readonly host: Host
  readonly storage: Storage
  readonly url: string
  readonly port: number
  /** Of a client, made at the start. */
  readonly key: string
  readonly openai: OpenAI
  /** The vendor. */
  readonly service: FakeService
  makeKey(fields?: Partial<NewClientKey>): Promise<{ readonly secret: string; readonly key: ClientKey }>
  /** Asks with the client's key. */
  ask(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  records(): Promise<readonly CallRecord[]>
}

/** A gateway on a port, in front of a vendor that answers as scripted. `m1` of the vendor costs 2 USD a million in, 8 USD out. */
export async function serve(respond: Respond, setup: Setup = {}): Promise<Served> {
  const { settings = {}, config: { providers, ...config } = {}, overrides = {} } = setup
  const service = await fakeService(respond)
  const home = mkdtempSync(join(tmpdir(), 'resoftai-gateway-'))
  const price = { service: 'vendor', model: 'm1', source: 'set by hand', date: '2026-11-21', currency: 'USD', input: '2', output: '8' }
  writeFileSync(join(home, 'prices.json'), JSON.stringify({ version: 1, prices: [price] }))
  const provider = {
    plugin: 'openai-compatible',
    api_base: `${service.url}/v1`,
    api_key: vendorKey,
    default_model: 'm1',
    retry: { base_delay: 0.01 },
    ...settings
  }
  const storage = await openStorage(setup.storage ?? 'sqlite::memory:')
  const host = await createHost({
    env: {},
    cwd: home,
    home,
    config: { providers: { vendor: provider, ...providers }, log: { level: 'silent' }, ...config },
    openStorage: async () => ({ ...storage.ledger, close: async () => {} }),
    ledger: true,
    overrides
  })
  const gateway = createGateway({ host, keys: storage.keys, pressure: unpressed, ...setup.gateway })
  const url = await gateway.listen({ host: '127.0.0.1', port: 0 })
  let keys = 0
  const makeKey: Served['makeKey'] = async fields => {
    const secret = newKey()
    const named = { name: `key ${++keys}`, role: 'client', shown: shownOf(secret), digest: digestOf(secret), ...fields } as const
    return { secret, key: await storage.keys.create(named) }
  }
  const { secret: key } = await makeKey({ name: 'alice', ...setup.key })
  return {
    gateway,
    host,
    storage,
    url,
    port: Number(new URL(url).port),
    key,
    openai: new OpenAI({ apiKey: key, baseURL: `${url}/v1` }),
    service,
    makeKey,
    ask: (path, body, headers = {}) =>
      fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) })
      }),
    records: () => collect(storage.ledger.records({})),
    async [Symbol.asyncDispose]() {
      await gateway.close(0)
      await host.close()
      await storage.close()
      await service.close()
      rmSync(home, { recursive: true, force: true })
    }
  }
}

export const hello = { model: 'vendor/m1', messages: [{ role: 'user' as const, content: 'Hello' }] }

export async function failureOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of items) seen.push(item)
  return seen
}

/** Looks again until it is true; the time limit of the test is the limit. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(resolve => setTimeout(resolve, 5))
}
