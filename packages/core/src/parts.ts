import type { InjectionToken } from 'tsyringe'
import type { HostConfig, SecretStore } from './config/index.ts'
import type { Prices } from './cost/index.ts'
import type { Books } from './budget/index.ts'
import type { Ledger } from './ledger/index.ts'
import type { Log, Redactor } from './observe/index.ts'
import type { PluginIndex } from './plugins/index.ts'
import type { Transport } from './transport/index.ts'

/** The parts a host is composed of. Whoever embeds the host may bring its own of each. */
export interface HostParts {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** 0 ≤ x < 1; spreads retries. */
  readonly random: () => number
  readonly redactor: Redactor
  readonly log: Log
  readonly transport: Transport
  readonly config: HostConfig
  readonly secretStore: SecretStore
  readonly plugins: PluginIndex
  readonly prices: Prices
  readonly ledger: Ledger
  readonly books: Books
}

/** The token each part is registered under. */
export const tokens: { readonly [Name in keyof HostParts]: InjectionToken<HostParts[Name]> } = {
  clock: Symbol.for('resoftai.clock'),
  random: Symbol.for('resoftai.random'),
  redactor: Symbol.for('resoftai.redactor'),
  log: Symbol.for('resoftai.log'),
  transport: Symbol.for('resoftai.transport'),
  config: Symbol.for('resoftai.config'),
  secretStore: Symbol.for('resoftai.secretStore'),
  plugins: Symbol.for('resoftai.plugins'),
  prices: Symbol.for('resoftai.prices'),
  ledger: Symbol.for('resoftai.ledger'),
  books: Symbol.for('resoftai.books')
}

/** The token a provider is registered under. */
export function providerToken<T>(name: string): InjectionToken<T> {
  return Symbol.for(`resoftai.provider.${name}`)
}
