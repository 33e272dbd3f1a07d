import type { ProviderErrorKind } from '@resoftai/sdk'

/**
 * One line of the ledger: a call, or, where one call took replies of several providers, one of these. `null` is what is not known or does not
 * apply.
 */
export interface CallRecord {
  /** Unlike any other. A record is kept once, however often it is settled. */
  readonly id: string
  /** When the call began, in milliseconds since 1970. It counts in the period of a budget in which it began. */
  readonly at: number
  readonly provider: string
  /** The model that was asked for. */
  readonly model: string
  /** The model that the reply names. */
  readonly answeredModel: string | null
  /** The role of the agent that asked. */
  readonly agent: string | null
  /** The name of the client key that was used. */
  readonly key: string | null
  /** `lost`: its process ended before the call did, or the reader of its stream never came back. */
  readonly status: 'finished' | 'lost' | ProviderErrorKind
  /** Whole input, cached part included. */
  readonly inputTokens: number | null
  readonly cachedTokens: number | null
  readonly cacheWriteTokens: number | null
  readonly outputTokens: number | null
  readonly reasoningTokens: number | null
  /** The vendor did not say what was used, so the host estimated it. */
  readonly estimated: boolean
  /** In the currency of the price. */
  readonly costNanos: bigint | null
  readonly currency: string | null
  /** The exchange rates by which it was charged to budgets in other currencies. */
  readonly rates: readonly RateUsed[]
  /** Tries up to its end. */
  readonly attempts: number
  readonly durationMs: number
  /** From the beginning of the call to the first event of this reply. */
  readonly firstEventMs: number | null
  /** A budget should have been asked first, but could not be reached. */
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

/** What one budget allows in one period, for one provider, model, agent or key where it has a limit for each. */
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
  /** The model that was asked for. */
  readonly model?: string
  readonly agent?: string
  readonly key?: string
}

export type TotalsBy = 'time' | 'provider' | 'model' | 'agent' | 'key'

/** The sum of records that have the same currency and the same of what was asked for; fields that were not are `null`. */
export interface Totals {
  /** The beginning of the quarter of an hour, in milliseconds since 1970: every time zone's midnight is one. */
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

/**
 * Where the ledger and the balances of budgets are kept. Every method rejects when the store cannot be reached, and has then changed nothing.
 * Implemented by `@resoftai/storage`.
 */
export interface LedgerStore {
  /** Holds on all accounts, or on none. Atomic, among processes too. Gives up what dead processes held before it says `full`. */
  reserve(hold: Hold): Promise<Reserved>
  /** Opens accounts with what was settled before; those that somebody else has opened stay as they are. */
  open(accounts: readonly (AccountName & { readonly settledNanos: bigint })[]): Promise<void>
  /**
   * Ends the hold of this record, if there is one, charges the accounts and keeps the record: once, a second time changes nothing. It replaces
   * a `lost` record. Returns the charged accounts as they then are.
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

/** Opens the store that a URL names: `sqlite:<file>`, `sqlite::memory:` or `postgres://…`, and brings its tables up to date. */
export type OpenLedgerStore = (url: string) => Promise<LedgerStore>
