import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createHost, createLog, createRedactor } from '@resoftai/core'
import { openStorage } from '@resoftai/storage'
import type { LightMyRequestResponse } from 'fastify'
import { createGateway, digestOf, newKey, shownOf, Spending, type GatewayOptions } from '../src/index.ts'

const plugins = ['simulator', 'openai-compatible'].map(name => resolve(import.meta.dirname, '../../../plugins', name))

/** A gateway in front of the simulator, with a key for a client and one for an admin. */
export async function serve(options: Partial<GatewayOptions> & { readonly ledger?: boolean; readonly providers?: object } = {}) {
  const { ledger = true, providers = {}, ...own } = options
  const home = mkdtempSync(join(tmpdir(), 'resoftai-operate-'))
  const storage = await openStorage('sqlite::memory:')
  const spending = new Spending()
  const host = await createHost({
    env: {},
    cwd: home,
    home,
    bundled: plugins,
    config: { log: { level: 'silent' }, providers },
    openStorage: async () => spending.watch({ ...storage.ledger, close: async () => {} }),
    ledger
  })
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const log = createLog({ level: 'info', redactor: createRedactor(), destination })
  const gateway = createGateway({
    host,
    keys: storage.keys,
    conversations: storage.conversations,
    log,
    spending,
    // Of this machine, which is busy with other tests.
    pressure: { delayMs: Infinity },
    ...own
  })
  const makeKey = async (name: string, role: 'client' | 'admin') => {
    const secret = newKey()
    await storage.keys.create({ name, role, shown: shownOf(secret), digest: digestOf(secret) })
    return secret
  }
  const [client, admin] = [await makeKey('ann', 'client'), await makeKey('root', 'admin')]
  return {
    gateway,
    host,
    client,
    admin,
    storage,
    /** In the order in which the answers ended. */
    lines,
    ask: (method: Method, url: string, { key, body, headers = {} }: Asked = {}): Promise<LightMyRequestResponse> => {
      const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` }
      return gateway.app.inject({ method, url, headers: { ...authorization, ...headers }, ...(body !== undefined && { payload: body }) })
    },
    async [Symbol.asyncDispose]() {
      await gateway.close(0)
      await host.close()
      await storage.close()
      rmSync(home, { recursive: true, force: true })
    }
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS'

interface Asked {
  readonly key?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

export const question = { model: 'simulator/canned', messages: [{ role: 'user', content: 'Hello? canary-of-a-prompt' }] }
