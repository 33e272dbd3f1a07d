import { decimalOf, type BudgetState, type Totals, type TotalsBy } from '@resoftai/core'
import { timeOf } from './key-document.ts'

/** Amounts are decimal texts: a JSON number would not be exact. */
export function costDocument(totals: Totals, by: readonly TotalsBy[]): Readonly<Record<string, unknown>> {
  const { time, currency, calls, failed, estimated, unpriced, inputTokens, outputTokens, costNanos } = totals
  const group = Object.fromEntries(by.map(name => [name, name === 'time' ? timeOf(time) : totals[name]]))
  // Without a currency the cost is not known, which is not 0.
  return {
    ...group,
    cost: currency === null ? null : decimalOf(costNanos),
    currency,
    calls,
    failed,
    estimated,
    unpriced,
    inputTokens,
    outputTokens
  }
}

export function budgetDocument(budget: BudgetState): Readonly<Record<string, unknown>> {
  const { name, per, period, scope, currency, limitNanos, settledNanos, reservedNanos, resetsAt } = budget
  return {
    name,
    per,
    period,
    scope,
    currency,
    limit: decimalOf(limitNanos),
    settled: decimalOf(settledNanos),
    reserved: decimalOf(reservedNanos),
    resetsAt: timeOf(resetsAt)
  }
}
