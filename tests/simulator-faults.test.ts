import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveSimulator, type SimulatorService } from '@resoftai/plugin-simulator/serve'
import {
  collect,
  createHost,
  isProviderError,
  type Ask,
  type ChatReply,
  type Host,
  type ProviderClient,
  type ProviderError,
  type ProviderErrorKind
} from 'resoftai'

interface Expected {
  readonly kind: ProviderErrorKind
  readonly code?: string
  readonly status?: number
  readonly retryAfterMs?: number
}

/** What a caller of the host is told when the fault happens to a stream, and to a whole reply when that differs. */
const expected: Readonly<Record<string, { readonly stream: Expected; readonly whole?: Expected; readonly texts?: number }>> = {
  auth: { stream: { kind: 'auth', status: 401 } },
  permission: { stream: { kind: 'permission', status: 403 } },
  not_found: { stream: { kind: 'not_found', status: 404 } },
  bad_request: { stream: { kind: 'bad_request', status: 400 } },
  context_length: { stream: { kind: 'context_length', status: 400 } },
  content_filter: { stream: { kind: 'content_filter', status: 400 } },
  rate_limit: { stream: { kind: 'rate_limit', status: 429, retryAfterMs: 1000 } },
  quota: { stream: { kind: 'quota', status: 429 } },
  overloaded: { stream: { kind: 'overloaded', status: 503, retryAfterMs: 1000 } },
  server: { stream: { kind: 'server', status: 500 } },
  network: { stream: { kind: 'network', code: 'reset' } },
  timeout: { stream: { kind: 'timeout', code: 'first_byte' } },
  stall: { stream: { kind: 'stalled', code: 'idle' }, texts: 1 },
  truncated: { stream: { kind: 'truncated', code: 'no_finish' }, whole: { kind: 'truncated', code: 'closed' }, texts: 1 },
  cut: { stream: { kind: 'truncated', code: 'closed' }, texts: 1 },
  reset: { stream: { kind: 'network', code: 'reset' }, texts: 1 },
  comments: { stream: { kind: 'stalled', code: 'idle' }, texts: 1 },
  empty_deltas: { stream: { kind: 'stalled', code: 'idle' }, texts: 1 },
  garbage: { stream: { kind: 'protocol', code: 'unreadable' }, texts: 1 },
  html: { stream: { kind: 'protocol', code: 'html', status: 200 } }
}
const cases = Object.entries(expected)
const harmless = ['no_done', 'slow']
const key = 'any-key-000'

async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (!isProviderError(error)) throw new Error(`No ProviderError but ${String(error)}`)
  return error
}

describe('faults of the simulator through the whole host', () => {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-simulator-'))
  let service: SimulatorService
  let host: Host
  let overHttp: ProviderClient
  let inProcess: ProviderClient

  beforeAll(async () => {
    service = await serveSimulator()
    const settings = { max_retries: 0, stall_timeout: 0.3, timeout: 0.5 }
    const providers = {
      sim: { plugin: 'openai-compatible', api_base: `${service.url}/v1`, api_key: key, ...settings },
      simulator: settings
    }
    host = await createHost({ env: {}, cwd: home, home, config: { providers } })
    overHttp = await host.provider('sim')
    inProcess = await host.provider('simulator')
  })
  afterAll(async () => {
    await host.close()
    await service.close()
    rmSync(home, { recursive: true, force: true })
  })

  const ask = (name: string): Ask => ({
    model: `fault:${name}`,
    messages: [{ role: 'user', content: 'Hi' }],
    extra: { simulator: { text: 'abcde', chunkSize: 1 } }
  })

  test('are all in the table', async () => {
    const faults = (await overHttp.models()).map(({ id }) => id).filter(id => id.startsWith('fault:'))
    expect(faults.toSorted()).toEqual([...Object.keys(expected), ...harmless].map(name => `fault:${name}`).toSorted())
  })

  test.each(cases)('%s, over HTTP, streamed', async (name, { stream, texts = 0 }) => {
    let shown = ''
    const read = async (): Promise<void> => {
      for await (const event of overHttp.stream(ask(name))) {
        if (event.type === 'text') shown += event.text
        expect(['start', 'text']).toContain(event.type)
      }
    }
    const error = await failureOf(read())
    expect(error).toMatchObject({ ...stream, provider: 'sim', model: `fault:${name}` })
    expect(shown).toBe('abcde'.slice(0, texts))
    expect(error.partial ?? '').toBe(shown)
    // A stalled stream is asked for whole, which stalls too.
    expect(error.attempts.map(({ why }) => why)).toEqual(error.kind === 'stalled' ? [undefined, 'rescue'] : [undefined])
    expect(JSON.stringify(error) + String(error.stack)).not.toContain(key)
  })

  test.each(cases)('%s, over HTTP, whole', async (name, { stream, whole = stream }) => {
    const error = await failureOf(overHttp.chat(ask(name)))
    expect(error).toMatchObject({ ...whole, provider: 'sim', model: `fault:${name}` })
    expect(error.partial ?? '').toBe('')
    expect(JSON.stringify(error) + String(error.stack)).not.toContain(key)
  })

  test.each(cases)('%s, in the process, has the same kind', async (name, { stream: { kind }, texts = 0 }) => {
    const [streamed, whole] = await Promise.all([failureOf(collect(inProcess.stream(ask(name)))), failureOf(inProcess.chat(ask(name)))])
    expect([streamed.kind, whole.kind]).toEqual([kind, kind])
    expect(streamed.partial ?? '').toBe('abcde'.slice(0, texts))
  })

  test.each(harmless)('%s is no failure, streamed or whole, wherever it happens', async name => {
    // Two pieces: a slow whole reply begins behind its last pause, which must be well before the time-out.
    const short = { ...ask(name), extra: { simulator: { text: 'ab', chunkSize: 1 } } }
    const calls = [overHttp, inProcess].flatMap((provider): readonly Promise<ChatReply>[] => [
      collect(provider.stream(short)),
      provider.chat(short)
    ])
    for (const reply of await Promise.all(calls)) expect(reply).toMatchObject({ content: 'ab', finishReason: 'stop' })
  })

  test.each(cases.filter(([, { stream }]) => stream.status !== undefined && stream.status >= 400))(
    '%s as an event in the middle of a stream keeps what was shown',
    async (name, { stream: { kind } }) => {
      const simulator = { text: 'abcde', chunkSize: 1, faultAfter: 3 }
      const error = await failureOf(collect(overHttp.stream({ ...ask(name), extra: { simulator } })))
      expect(error).toMatchObject({ kind, partial: 'abc' })
    }
  )

  test('the host answers after all of them', async () => {
    for (const provider of [overHttp, inProcess]) {
      expect(await provider.chat({ model: 'echo', messages: [{ role: 'user', content: 'Hi' }] })).toMatchObject({
        content: '[simulator] Hi'
      })
    }
  })
})
