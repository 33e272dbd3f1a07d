import type { BudgetState } from '@resoftai/core'
import { decimalOf } from '../../chat/money.ts'
import type { Costs } from './show-costs.ts'
import { addAll, notConverted, type Sum } from './sums.ts'
import { sortSums } from './view.ts'

/** The document of `resoftai cost --json`. */
export function costDocument({ view, currency, filter, calendar, sums }: Costs, budgets: readonly BudgetState[]): object {
  return {
    since: timeOf(filter.since ?? null),
    until: timeOf(filter.until ?? null),
    timeZone: calendar.timeZone,
    by: view,
    rows: sortSums(sums, view).map(sum => ({ name: sum.name, ...sumOf(sum) })),
    totals: addAll(sums).map(sumOf),
    notConverted: currency === undefined ? [] : notConverted(sums, currency),
    budgets: budgets.map(budgetOf)
  }
}

function sumOf({ currency, calls, failed, estimated, unpriced, inputTokens, outputTokens, costNanos }: Sum): object {
  return { calls, failed, estimated, unpriced, inputTokens, outputTokens, cost: currency === null ? null : moneyOf(costNanos, currency) }
}

function budgetOf({ name, per, period, scope, currency, limitNanos, settledNanos, reservedNanos, resetsAt }: BudgetState): object {
  const [limit, settled, reserved] = [limitNanos, settledNanos, reservedNanos].map(nanos => moneyOf(nanos, currency))
  return { name, per, period, scope, limit, settled, reserved, resetsAt: timeOf(resetsAt) }
}

function moneyOf(nanos: bigint, currency: string): object {
  return { amount: decimalOf(nanos), nanos, currency }
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
