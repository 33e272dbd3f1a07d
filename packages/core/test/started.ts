import type { Dialect, Provider } from '@resoftai/sdk'
import { Breaker, KeyRing, providerClient, RetryBudget, type StartedProvider } from '../src/chat/index.ts'
import { Counters, createLog, createRedactor } from '../src/observe/index.ts'
import { createChannel, createTransport } from '../src/transport/index.ts'

export const secret = 'sk-canary-0123456789abcdef'

export type TestSettings = Partial<StartedProvider['settings']> & { readonly maxRetries?: number }

/** A started provider as the host makes it, without plugin files and configuration. Close the transport when done. */
export function start(made: Dialect | Provider, base: string, { maxRetries = 2, ...settings }: TestSettings = {}) {
  const transport = createTransport()
  const redactor = createRedactor()
  redactor.add(secret)
  const lines: string[] = []
  const log = createLog({ level: 'debug', redactor, destination: { write: line => void lines.push(line) } })
  const all: StartedProvider['settings'] = {
    defaultModel: 'm1',
    models: undefined,
    timeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    firstEventTimeoutMs: 5_000,
    stallTimeoutMs: 5_000,
    reasoningStallTimeoutMs: 10_000,
    deadlineMs: 10_000,
    limitsOf: () => all,
    retry: { maxRetries, baseDelayMs: 500, backoffFactor: 2, maxDelayMs: 8_000, retryableErrors: undefined },
    breaker: { failures: 10, restMs: 5_000 },
    fallbackToNonstream: false,
    headers: {},
    extra: {},
    ...settings
  }
  const provider: StartedProvider = {
    name: 'test',
    plugin: 'simple',
    made,
    secretOrigins: ['api_key: variable TEST_API_KEY'],
    settings: all,
    channel: createChannel({ transport, allowedHosts: [base], reach: new Map([[base, 'private']]), secretQuery: [] }),
    log,
    redactor,
    keys: new KeyRing('test', [new Map([['{{secret:api_key}}', secret]])]),
    breaker: new Breaker('test', { failures: 10, restMs: 5_000 }),
    budget: new RetryBudget(),
    counters: new Counters(),
    clock: Date.now,
    random: () => 0,
    running: new Set()
  }
  return { client: providerClient(provider), provider, transport, lines, [Symbol.asyncDispose]: () => transport.close() }
}
