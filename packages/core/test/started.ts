import type { Dialect, Provider, ProviderContext } from '@resoftai/sdk'
import {
  askForToken,
  Breaker,
  KeyRing,
  providerClient,
  RetryBudget,
  TokenEstimate,
  TokenMint,
  type StartedProvider
} from '../src/chat/index.ts'
import { Books } from '../src/budget/index.ts'
import { Ledger } from '../src/ledger/index.ts'
import { LiveList } from '../src/live-list.ts'
import { Counters, createLog, createRedactor } from '../src/observe/index.ts'
import { createChannel, createTransport } from '../src/transport/index.ts'

export const secret = 'sk-canary-0123456789abcdef'

export interface TestSettings extends Partial<StartedProvider['settings']> {
  readonly maxRetries?: number
  /** As if it were a service of somebody else, whose price counts. Default: false. */
  readonly isForeign?: boolean
  /** By config field, beside or instead of `api_key`. */
  readonly secrets?: Readonly<Record<string, string>>
}

/** What a plugin's `create` is given to make its dialect with. */
type Make = (context: Pick<ProviderContext, 'sign' | 'exchange'>) => Dialect

/** A started provider as the host makes it, without plugin files and configuration. Close the transport when done. */
export function start(
  given: Dialect | Provider | Make,
  base: string,
  { maxRetries = 2, secrets = {}, isForeign = false, ...settings }: TestSettings = {}
) {
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
    strict: false,
    headers: {},
    extra: {},
    ...settings
  }
  const channel = createChannel({ transport, allowedHosts: [base], reach: new Map([[base, 'private']]), secretQuery: [] })
  const tokens: TokenMint = new TokenMint({
    clock: Date.now,
    redactor,
    ask: askForToken({ channel, made: () => made, clock: Date.now, limits: all })
  })
  const unknown = { unknown: 'There are no prices here.' }
  const prices = { costOf: async () => unknown, boundOf: async () => unknown, convert: async () => undefined }
  const made = typeof given === 'function' ? given(tokens) : given
  const provider: StartedProvider = {
    name: 'test',
    plugin: 'simple',
    made,
    secretOrigins: ['api_key: variable TEST_API_KEY'],
    settings: all,
    channel,
    reach: isForeign ? new Map() : new Map([[base, 'private']]),
    prices,
    books: new Books({ budgets: [], ledger: new Ledger({ log: () => log }), prices, onFailure: 'refuse', zone: 'UTC' }),
    estimate: new TokenEstimate(),
    unpriced: new Set(),
    log,
    redactor,
    keys: new KeyRing('test', [
      new Map(Object.entries({ api_key: secret, ...secrets }).map(([field, value]) => [`{{secret:${field}}}`, value]))
    ]),
    tokens,
    breaker: new Breaker('test', { failures: 10, restMs: 5_000 }),
    budget: new RetryBudget(),
    counters: new Counters(),
    clock: Date.now,
    random: () => 0,
    running: new LiveList(),
    farewells: new Set()
  }
  return { client: providerClient(provider), provider, transport, lines, [Symbol.asyncDispose]: () => transport.close() }
}
