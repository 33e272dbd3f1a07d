import type { Dialect, Provider } from '@resoftai/sdk'
import type { Books } from '../budget/index.ts'
import type { ResolvedProvider } from '../config/types.ts'
import type { Prices } from '../cost/index.ts'
import type { LiveList } from '../live-list.ts'
import type { Counters, Log, Redactor } from '../observe/index.ts'
import type { Channel } from '../transport/index.ts'
import type { Breaker } from './breaker.ts'
import type { Call } from './call.ts'
import type { KeyRing } from './key-ring.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { TokenEstimate } from './token-estimate.ts'
import type { TokenMint } from './token-mint.ts'

/** A provider that is ready to be asked: what its plugin made, and what the host holds for it. */
export interface StartedProvider {
  readonly name: string
  readonly plugin: string
  readonly settings: ResolvedProvider['settings']
  /** Where its keys came from, for whoever has to look for a wrong one. */
  readonly secretOrigins: readonly string[]
  readonly made: Dialect | Provider
  readonly channel: Channel
  /** Origins in one's own network. */
  readonly reach: ResolvedProvider['reach']
  readonly prices: Prices
  readonly books: Books
  readonly estimate: TokenEstimate
  /** Models whose price was found missing, and said to be. */
  readonly unpriced: Set<string>
  readonly log: Log
  readonly redactor: Redactor
  readonly keys: KeyRing
  readonly tokens: TokenMint
  readonly breaker: Breaker
  readonly budget: RetryBudget
  readonly counters: Counters
  readonly clock: () => number
  readonly random: () => number
  /** Calls of the host that have begun and not ended. */
  readonly running: LiveList<Call>
  /** What vendors are being told about replies that were left. Never reject. */
  readonly farewells: Set<Promise<void>>
}

export function isDialect(made: Dialect | Provider): made is Dialect {
  return 'encode' in made
}
