import { LiveList } from '../live-list.ts'
import type { Log } from '../observe/index.ts'
import type { AccountName, Balance, CallRecord, Hold, LedgerStore, RecordFilter, Settlement, Totals, TotalsBy } from './types.ts'

/** Long enough for a process that is busy, short enough for what a dead one held. Renewed three times in that time. */
const leaseMs = 60_000
const renewMs = leaseMs / 3
/** A store that has just failed is not asked again at once: each try may take seconds. */
const restMs = 1_000
/** Calls that wait to be written; each is some hundred bytes. */
const mostPending = 10_000
const mostAtOnce = 100

export interface LedgerParts {
  /** Absent: nothing is recorded. */
  readonly open?: (() => Promise<LedgerStore>) | undefined
  readonly log: () => Log
}

type Asked = Omit<Hold, 'leaseMs'>

/** What an account that nobody has opened yet begins with. */
export type Seed = (name: AccountName) => Promise<bigint>

/** With the seed of its accounts where nothing was held on them, so that nobody has opened them for it. */
interface Unwritten {
  readonly settlement: Settlement
  readonly seed: Seed | undefined
}

interface Settled {
  /** The charged accounts as they then are. */
  readonly balances: readonly Balance[]
  /** Why nothing is written yet. */
  readonly failure?: string
}

/**
 * The store of the ledger as one host uses it: opened at the first use and again after a failure, its holds renewed while their calls run. What
 * could not be written is kept and written later.
 */
export class Ledger {
  readonly #open: (() => Promise<LedgerStore>) | undefined
  readonly #log: () => Log
  #store: Promise<LedgerStore> | undefined
  #failed: { readonly error: unknown; readonly until: number } | undefined
  /** Until when each hold may be renewed. */
  readonly #holds = new Map<string, number>()
  readonly #pending: Unwritten[] = []
  readonly #settling = new LiveList<Promise<unknown>>()
  #timer: NodeJS.Timeout | undefined

  constructor({ open, log }: LedgerParts) {
    this.#open = open
    this.#log = log
  }

  get isOn(): boolean {
    return this.#open !== undefined
  }

  /**
   * Holds on all accounts, or on none: then the account that has no room is returned. Rejects when the store cannot be asked.
   */
  async reserve(asked: Asked, withinMs: number, seed: Seed): Promise<Balance | undefined> {
    const hold = { ...asked, leaseMs }
    return this.#use(async store => {
      await this.#writePending(store)
      for (;;) {
        const answer = await store.reserve(hold)
        if (answer.outcome === 'full') return answer.account
        if (answer.outcome === 'held') {
          this.#holds.set(hold.id, performance.now() + withinMs + leaseMs)
          this.#watch()
          return undefined
        }
        await openAccounts(store, answer.accounts, seed)
      }
    })
  }

  /** Never rejects: what cannot be written now is written later, and `failure` says why. `seed` is for a call that nothing was held for. */
  async settle(settlement: Settlement, seed?: Seed): Promise<Settled> {
    if (!this.isOn) return { balances: [] }
    const unwritten = { settlement, seed }
    const settling = this.#use(async store => {
      await this.#writePending(store)
      return this.#write(store, unwritten)
    })
    const place = this.#settling.add(settling)
    try {
      return await settling
    } catch (error) {
      this.#keep(unwritten)
      return { balances: [], failure: reasonOf(error) }
    } finally {
      this.#settling.remove(place)
    }
  }

  balances(account: Pick<AccountName, 'budget' | 'period'>): Promise<readonly Balance[]> {
    return this.#use(async store => {
      await store.giveUp()
      return store.balances(account)
    })
  }

  totals(filter: RecordFilter, by: readonly TotalsBy[]): Promise<readonly Totals[]> {
    return this.#use(store => store.totals(filter, by))
  }

  async *records(filter: RecordFilter): AsyncGenerator<CallRecord, void, undefined> {
    yield* await this.#use(async store => store.records(filter))
  }

  prune(before: number): Promise<number> {
    return this.#use(store => store.prune(before))
  }

  /** Waits for what is being written, and gives up what streams that nobody read to their end still hold. Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#settling)
    clearInterval(this.#timer)
    if (this.#store === undefined && this.#pending.length === 0) return
    let opened: LedgerStore | undefined
    try {
      this.#failed = undefined
      await this.#use(async store => {
        opened = store
        await this.#writeAllPending(store)
        if (this.#holds.size > 0) await store.giveUp([...this.#holds.keys()])
      })
    } catch (error) {
      this.#log().warn('the ledger failed to close', { reason: reasonOf(error) })
    }
    for (const { settlement } of this.#pending.splice(0)) this.#tellLost(settlement.record)
    await opened?.close().catch(() => {})
    this.#store = undefined
  }

  async #use<T>(work: (store: LedgerStore) => Promise<T>): Promise<T> {
    if (this.#failed !== undefined && performance.now() < this.#failed.until) throw this.#failed.error
    try {
      const result = await work(await (this.#store ??= this.#open!()))
      this.#failed = undefined
      return result
    } catch (error) {
      this.#failed = { error, until: performance.now() + restMs }
      // A store that could not be opened is opened again.
      await this.#store?.catch(() => (this.#store = undefined))
      throw error
    }
  }

  #keep(unwritten: Unwritten): void {
    this.#pending.push(unwritten)
    if (this.#pending.length > mostPending) this.#tellLost(this.#pending.shift()!.settlement.record)
    this.#watch()
  }

  /** Some of them: who asks for something else meanwhile does not wait for all. A store writes together what comes together. */
  async #writePending(store: LedgerStore): Promise<void> {
    if (this.#pending.length === 0) return
    const some = this.#pending.splice(0, mostAtOnce)
    const outcomes = await Promise.allSettled(some.map(unwritten => this.#write(store, unwritten)))
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed === undefined) return
    this.#pending.unshift(...some.filter((_, index) => outcomes[index]?.status === 'rejected'))
    throw failed.reason
  }

  async #writeAllPending(store: LedgerStore): Promise<void> {
    while (this.#pending.length > 0) await this.#writePending(store)
  }

  /** What a store that is well can never take, such as more money than it can count, is given up: it would keep all others waiting. */
  async #write(store: LedgerStore, { settlement, seed }: Unwritten): Promise<Settled> {
    const { record, charges } = settlement
    try {
      if (seed !== undefined) await openAccounts(store, await missingOf(store, charges), seed)
      const balances = await store.settle(settlement)
      this.#holds.delete(record.id)
      return { balances }
    } catch (error) {
      if ((error as { readonly kind?: unknown }).kind !== 'usage') throw error
      await store.giveUp([record.id])
      this.#holds.delete(record.id)
      this.#tellLost(record)
      return { balances: [], failure: reasonOf(error) }
    }
  }

  #tellLost(record: CallRecord): void {
    this.#log().error('a call could not be written into the ledger', {
      record: { ...record, costNanos: record.costNanos?.toString() ?? null }
    })
  }

  /** Runs only while there is something to renew or to write. */
  #watch(): void {
    this.#timer ??= setInterval(() => void this.#keepUp(), renewMs).unref()
  }

  async #keepUp(): Promise<void> {
    const now = performance.now()
    for (const [id, until] of this.#holds) if (until < now) this.#holds.delete(id)
    if (this.#holds.size === 0 && this.#pending.length === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    try {
      await this.#use(async store => {
        await this.#writeAllPending(store)
        await store.renew([...this.#holds.keys()], leaseMs)
      })
    } catch (error) {
      this.#log().warn('the ledger cannot be reached', { reason: reasonOf(error), waiting: this.#pending.length })
    }
  }
}

async function openAccounts(store: LedgerStore, names: readonly AccountName[], seed: Seed): Promise<void> {
  await store.open(await Promise.all(names.map(async name => ({ ...name, settledNanos: await seed(name) }))))
}

async function missingOf(store: LedgerStore, names: readonly AccountName[]): Promise<readonly AccountName[]> {
  const looks = names.map(async ({ budget, period, scope }) => {
    const known = await store.balances({ budget, period })
    return known.some(account => account.scope === scope) ? [] : [{ budget, period, scope }]
  })
  return (await Promise.all(looks)).flat()
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
