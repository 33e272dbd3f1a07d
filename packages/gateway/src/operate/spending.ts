import type { CallRecord, LedgerStore } from '@resoftai/core'

/** What calls to one provider have used. */
export interface Spent {
  readonly tokens: Readonly<Record<TokenKind, number>>
  /** By currency, in nano-units. */
  readonly costNanos: ReadonlyMap<string, bigint>
}

/** `cached_input`, `cache_write` and `reasoning` are parts of `input` and `output`. */
export type TokenKind = 'input' | 'cached_input' | 'cache_write' | 'output' | 'reasoning'

/** Counts what the calls of this process use, as they are written to the ledger: exact, and nothing on the way of a reply. */
export class Spending {
  readonly #spent = new Map<string, { readonly tokens: Record<TokenKind, number>; readonly costNanos: Map<string, bigint> }>()

  get byProvider(): ReadonlyMap<string, Spent> {
    return this.#spent
  }

  /** A store that does the same, and is counted. To be given to the host. */
  watch(store: LedgerStore): LedgerStore {
    return {
      reserve: hold => store.reserve(hold),
      open: accounts => store.open(accounts),
      settle: async settlement => {
        const balances = await store.settle(settlement)
        this.#count(settlement.record)
        return balances
      },
      renew: (ids, leaseMs) => store.renew(ids, leaseMs),
      giveUp: ids => store.giveUp(ids),
      balances: account => store.balances(account),
      totals: (filter, by) => store.totals(filter, by),
      records: filter => store.records(filter),
      prune: before => store.prune(before),
      close: () => store.close()
    }
  }

  #count({ provider, inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens, costNanos, currency }: CallRecord): void {
    const { tokens, costNanos: costs } = this.#of(provider)
    tokens.input += inputTokens ?? 0
    tokens.cached_input += cachedTokens ?? 0
    tokens.cache_write += cacheWriteTokens ?? 0
    tokens.output += outputTokens ?? 0
    tokens.reasoning += reasoningTokens ?? 0
    if (costNanos !== null && currency !== null) costs.set(currency, (costs.get(currency) ?? 0n) + costNanos)
  }

  #of(provider: string) {
    const known = this.#spent.get(provider)
    if (known !== undefined) return known
    const tokens = { input: 0, cached_input: 0, cache_write: 0, output: 0, reasoning: 0 }
    const spent = { tokens, costNanos: new Map<string, bigint>() }
    this.#spent.set(provider, spent)
    return spent
  }
}
