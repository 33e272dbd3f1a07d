// The contract of the host's ledger in words of its own: storage imports nothing of ours. The two fit by their shape.

/** How a call ended. */
export type CallStatus =
  | 'finished'
  | 'lost'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'bad_request'
  | 'context_length'
  | 'content_filter'
  | 'rate_limit'
  | 'quota'
  | 'overloaded'
  | 'server'
  | 'network'
  | 'timeout'
  | 'stalled'
  | 'truncated'
  | 'protocol'
  | 'cancelled'

/** One line of the ledger. `null` is what is not known or does not apply. */
export interface CallRecord {
  /** Unlike any other. A record is kept once, however often it is settled. */
  readonly id: string
  /** When the call began, in milliseconds since 1970. */
  readonly at: number
  readonly provider: string
  readonly model: string
  readonly answeredModel: string | null
  readonly agent: string | null
  readonly key: string | null
  readonly status: CallStatus
  readonly inputTokens: number | null
  readonly cachedTokens: number | null
  readonly cacheWriteTokens: number | null
  readonly outputTokens: number | null
  readonly reasoningTokens: number | null
  readonly estimated: boolean
  readonly costNanos: bigint | null
  readonly currency: string | null
  readonly rates: readonly RateUsed[]
  readonly attempts: number
  readonly durationMs: number
  readonly firstEventMs: number | null
  readonly unreserved: boolean
}

export interface RateUsed {
  readonly from: string
  readonly to: string
  /** Units of `to` for one of `from`, a decimal. */
  readonly rate: string
  /** YYYY-MM-DD */
  readonly date: string
}

/** What one budget allows in one period, for one scope where it has a limit for each. */
export interface AccountName {
  readonly budget: string
  /** `2026-11-21`, `2026-W47`, `2026-11` or `total`. */
  readonly period: string
  /** Empty for a budget that has one limit for all. */
  readonly scope: string
}

export interface Balance extends AccountName {
  readonly settledNanos: bigint
  readonly reservedNanos: bigint
}

/** Money that a running call may need. */
export interface Hold {
  /** The same as that of its record. */
  readonly id: string
  /** A hold that is not renewed for so long is given up: its process has died. */
  readonly leaseMs: number
  /** What is kept of the call if that happens. */
  readonly record: CallRecord
  readonly accounts: readonly (AccountName & { readonly amountNanos: bigint; readonly limitNanos: bigint })[]
}

export type Reserved =
  | { readonly outcome: 'held' }
  /** Accounts that nobody has opened yet. */
  | { readonly outcome: 'missing'; readonly accounts: readonly AccountName[] }
  /** The first account that has no room. */
  | { readonly outcome: 'full'; readonly account: Balance }

export interface Settlement {
  readonly record: CallRecord
  readonly charges: readonly (AccountName & { readonly amountNanos: bigint })[]
  /** `false`: nothing was ever held for it, so nothing is looked for. Default: true. */
  readonly mayHold?: boolean
}

/** Which records are meant; an absent field means all. */
export interface RecordFilter {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number
  /** Milliseconds since 1970, exclusive. */
  readonly until?: number
  readonly provider?: string
  readonly model?: string
  readonly agent?: string
  readonly key?: string
}

export type TotalsBy = 'time' | 'provider' | 'model' | 'agent' | 'key'

/** The sum of records that have the same currency and the same of what was asked for; fields that were not are `null`. */
export interface Totals {
  /** The beginning of the quarter of an hour, in milliseconds since 1970. */
  readonly time: number | null
  readonly provider: string | null
  readonly model: string | null
  readonly agent: string | null
  readonly key: string | null
  /** `null`: the cost is not known. */
  readonly currency: string | null
  readonly calls: number
  /** Those that did not finish. */
  readonly failed: number
  /** Those with estimated tokens. */
  readonly estimated: number
  /** Those that used tokens (either number is known) and whose cost is not known. */
  readonly unpriced: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costNanos: bigint
}

/** Where the ledger and the balances of budgets are kept. Every method rejects with a `StorageError`, and has then changed nothing. */
export interface LedgerStore {
  /** Holds on all accounts, or on none. Atomic, among processes too. Gives up what dead processes held before it says `full`. */
  reserve(hold: Hold): Promise<Reserved>
  /** Opens accounts with what was settled before; those that somebody else has opened stay as they are. */
  open(accounts: readonly (AccountName & { readonly settledNanos: bigint })[]): Promise<void>
  /**
   * Ends the hold of this record, if there is one, charges the accounts and keeps the record: once, a second time changes nothing. It replaces
   * what `giveUp` kept. Returns the charged accounts as they then are.
   */
  settle(settlement: Settlement): Promise<readonly Balance[]>
  /** Keeps holds for `leaseMs` from now. */
  renew(ids: readonly string[], leaseMs: number): Promise<void>
  /** Gives holds up at once: their calls are kept as `lost`. Without `ids`: those whose lease is over. */
  giveUp(ids?: readonly string[]): Promise<void>
  /** All accounts of a budget in a period. */
  balances(account: Pick<AccountName, 'budget' | 'period'>): Promise<readonly Balance[]>
  totals(filter: RecordFilter, by: readonly TotalsBy[]): Promise<readonly Totals[]>
  /** In the order of their time. */
  records(filter: RecordFilter): AsyncIterable<CallRecord>
  /** Removes records that are older, and what is left of closed periods; returns how many records. Balances of `total` stay. */
  prune(before: number): Promise<number>
  close(): Promise<void>
}
