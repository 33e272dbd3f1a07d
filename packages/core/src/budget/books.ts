import type { BudgetConfig } from '../config/index.ts'
import type { Prices } from '../cost/index.ts'
import type { AccountName, Balance, CallRecord, Hold, Ledger, RateUsed, Seed } from '../ledger/index.ts'
import { budgetFinder, type Applied } from './applied.ts'
import { decimalOf } from './decimal-of.ts'
import { boundsOf, createCalendar } from './period.ts'
import { readBudgets } from './read-budgets.ts'
import type { Budget, BudgetState, Subject, Subjects } from './types.ts'

/** Money in nano-units. */
export interface Money {
  readonly nanos: bigint
  readonly currency: string
}

/** Why a call may not be made. */
export type Refusal =
  | { readonly why: 'full'; readonly full: Full }
  /** There is no exchange rate for this budget. */
  | { readonly why: 'rate'; readonly budget: Budget }
  | { readonly why: 'store'; readonly reason: string }

/** A budget without room, in nano-units of its currency. */
export interface Full extends Pick<Balance, 'settledNanos' | 'reservedNanos'> {
  readonly budget: Budget
  readonly scope: string
  /** What the call could cost at most. */
  readonly roomNanos: bigint
}

export interface Reservation extends Pick<Hold, 'record'> {
  readonly applied: readonly Applied[]
  /** The most that the call can cost. */
  readonly most: Money
  /** How long the call can run. */
  readonly withinMs: number
}

interface BooksParts {
  /** The time zone of budgets that name none. */
  readonly zone: string
  readonly budgets: readonly Budget[]
  readonly ledger: Ledger
  readonly prices: Prices
  readonly onFailure: 'refuse' | 'allow'
}

const none: readonly never[] = []

type Find = (subjects: Subjects, at: number) => readonly Applied[]

/** What calls may cost, what they hold and what they did cost: the budgets, kept in the ledger. */
export class Books {
  readonly #budgets: readonly Budget[]
  readonly #ledger: Ledger
  readonly #prices: Prices
  /** What is done with a call whose budgets cannot be asked. */
  readonly onFailure: 'refuse' | 'allow'
  readonly #find: Find
  readonly #finders = new WeakMap<readonly BudgetConfig[], Find>()
  readonly #zone: string

  constructor({ budgets, ledger, prices, onFailure, zone }: BooksParts) {
    this.#zone = zone
    this.onFailure = onFailure
    this.#budgets = budgets
    this.#ledger = ledger
    this.#prices = prices
    this.#find = budgetFinder(budgets)
  }

  /** Nothing is recorded and nothing is limited. */
  get areClosed(): boolean {
    return !this.#ledger.isOn && this.#budgets.length === 0
  }

  /** The budgets that a call which began at this time counts in; `more` are those that come with the call. */
  find(subjects: Subjects, at: number, more: readonly BudgetConfig[] = none): readonly Applied[] {
    const applied = this.#budgets.length === 0 ? none : this.#find(subjects, at)
    return more.length === 0 ? applied : [...applied, ...this.#finderOf(more)(subjects, at)]
  }

  #finderOf(more: readonly BudgetConfig[]): Find {
    const known = this.#finders.get(more)
    if (known !== undefined) return known
    const find = budgetFinder(readBudgets(more, this.#zone))
    this.#finders.set(more, find)
    return find
  }

  /** Holds what a call may cost, in all its budgets or in none; or says why that cannot be. */
  async reserve({ applied, most, record, withinMs }: Reservation): Promise<Refusal | undefined> {
    const accounts: Hold['accounts'][number][] = []
    for (const { budget, account } of applied) {
      const amount = await this.#convert(most, budget.currency, record.at)
      if (amount === undefined) return { why: 'rate', budget }
      const { per, limitNanos } = budget
      // What no account has room for may be any number, and a storage has a largest.
      const amountNanos = amount.nanos > limitNanos ? limitNanos + 1n : amount.nanos
      if (per !== 'request') accounts.push({ ...account, amountNanos, limitNanos })
      else if (amountNanos > limitNanos) return isFull(budget, { ...account, settledNanos: 0n, reservedNanos: 0n })
    }
    if (accounts.length === 0) return undefined
    try {
      const hold = { id: record.id, record, accounts }
      const full = await this.#ledger.reserve(hold, withinMs, this.#seedFor(applied, record.at))
      return full === undefined ? undefined : isFull(budgetOf(applied, full), full)
    } catch (error) {
      return { why: 'store', reason: error instanceof Error ? error.message : String(error) }
    }
  }

  /**
   * Ends the hold of a call, charges what it cost and keeps its record. Returns what the reader of its reply should know. Never throws: what
   * cannot be written now is written later. `isHeld`: something was held for it.
   */
  async settle(
    record: CallRecord,
    { applied, cost, isHeld }: { readonly applied: readonly Applied[]; readonly cost: Money | undefined; readonly isHeld: boolean }
  ): Promise<readonly string[]> {
    const charges: (AccountName & { readonly amountNanos: bigint })[] = []
    const rates: RateUsed[] = []
    for (const { budget, account } of applied) {
      const amount = cost === undefined || budget.per === 'request' ? undefined : await this.#convert(cost, budget.currency, record.at)
      if (amount === undefined) continue
      charges.push({ ...account, amountNanos: amount.nanos })
      if (amount.rate !== undefined) rates.push(amount.rate)
    }
    const settlement = { record: rates.length === 0 ? record : { ...record, rates }, charges, mayHold: applied.length > 0 }
    const seed = this.#seedFor(applied, record.at)
    const { balances, failure } = await this.#ledger.settle(settlement, isHeld || charges.length === 0 ? undefined : seed)
    if (failure !== undefined) return [`This call could not be written into the ledger yet: ${failure}`]
    return charges.flatMap(charge => {
      const balance = balances.find(candidate => isSame(candidate, charge))
      return balance === undefined ? [] : sayCrossed(budgetOf(applied, charge), balance, charge.amountNanos)
    })
  }

  /** Each budget as it stands: one for each provider, model, agent or key that has used one which is for `each`. */
  async states(at: number): Promise<readonly BudgetState[]> {
    return (await Promise.all(this.#budgets.map(budget => this.#statesOf(budget, at)))).flat()
  }

  async #statesOf(budget: Budget, at: number): Promise<readonly BudgetState[]> {
    const { id, name, per, currency, limitNanos, zone, each } = budget
    const period = createCalendar(zone)(per, at)
    const balances = per === 'request' ? [] : await this.#ledger.balances({ budget: id, period })
    const unused = { budget: id, period, scope: '', settledNanos: 0n, reservedNanos: 0n }
    const isUnused = each === undefined && balances.length === 0
    const spent = isUnused && per !== 'request' ? await this.#spentBefore(budget, unused, at) : 0n
    const resetsAt = boundsOf(per, at, zone)?.until ?? null
    return (isUnused ? [{ ...unused, settledNanos: spent }] : balances).map(({ scope, settledNanos, reservedNanos }) => ({
      name,
      per,
      period,
      scope,
      currency,
      limitNanos,
      settledNanos,
      reservedNanos,
      resetsAt
    }))
  }

  #seedFor(applied: readonly Applied[], at: number): Seed {
    return name => this.#spentBefore(budgetOf(applied, name), name, at)
  }

  /** What calls of this period cost before anybody asked for the budget: one that is made on the 20th counts the whole month. */
  async #spentBefore({ per, zone, currency, only, each }: Budget, { scope }: AccountName, at: number): Promise<bigint> {
    const { from } = boundsOf(per, at, zone) ?? {}
    const subjects = { ...only, ...(each !== undefined && { [each]: scope }) }
    const totals = await this.#ledger.totals({ ...(from !== undefined && { since: from }), ...filterOf(subjects) }, [])
    let spent = 0n
    for (const total of totals) {
      if (total.currency === null) continue
      spent += (await this.#convert({ nanos: total.costNanos, currency: total.currency }, currency, at))?.nanos ?? 0n
    }
    return spent
  }

  async #convert(cost: Money, currency: string, at: number): Promise<{ readonly nanos: bigint; readonly rate?: RateUsed } | undefined> {
    if (cost.currency === currency) return cost
    const converted = await this.#prices.convert(cost, currency, new Date(at))
    if (converted === undefined) return undefined
    const { from, to, rate, date } = converted.rate
    return { nanos: converted.nanos, rate: { from, to, rate: String(rate), date } }
  }
}

function isFull(budget: Budget, { scope, settledNanos, reservedNanos }: Balance): Refusal {
  const room = budget.limitNanos - settledNanos - reservedNanos
  return { why: 'full', full: { budget, scope, settledNanos, reservedNanos, roomNanos: room > 0n ? room : 0n } }
}

function budgetOf(applied: readonly Applied[], name: AccountName): Budget {
  return applied.find(({ account }) => isSame(account, name))!.budget
}

function isSame(a: AccountName, b: AccountName): boolean {
  return a.budget === b.budget && a.period === b.period && a.scope === b.scope
}

/** A model of a budget is `provider/model`. */
function filterOf({ model, ...others }: Partial<Record<Subject, string>>): Partial<Record<Subject, string>> {
  if (model === undefined) return others
  const slash = model.indexOf('/')
  return { ...others, provider: model.slice(0, slash), model: model.slice(slash + 1) }
}

/** Only the call that crosses a level tells of it, whatever others do meanwhile. */
function sayCrossed(
  { name, limitNanos, currency, warnAt }: Budget,
  { scope, settledNanos }: Balance,
  amountNanos: bigint
): readonly string[] {
  const hundredfold = settledNanos * 100n
  const before = (settledNanos - amountNanos) * 100n
  const level = warnAt.findLast(percent => hundredfold >= limitNanos * BigInt(percent) && before < limitNanos * BigInt(percent))
  if (level === undefined) return []
  const of = scope === '' ? '' : ` of ${scope}`
  return [`The budget "${name}"${of} has used ${level} % of its ${decimalOf(limitNanos)} ${currency}: ${decimalOf(settledNanos)}.`]
}
