import type { Totals, TotalsBy } from '@resoftai/core'
import { addDays, type Calendar } from './calendar.ts'
import type { View } from './choices.ts'
import type { Sum } from './sums.ts'

/** What the ledger is asked for. */
export const dimensions: Readonly<Record<View, readonly TotalsBy[]>> = {
  day: ['time'],
  provider: ['provider'],
  model: ['provider', 'model'],
  agent: ['agent'],
  key: ['key']
}

export function nameOf(totals: Totals, view: View, calendar: Calendar): string | null {
  if (view === 'day') return calendar.dayOf(totals.time ?? 0)
  return view === 'model' ? `${totals.provider}/${totals.model}` : totals[view]
}

/** Days in their order; others by currency, the dearest first. */
export function sortSums(sums: readonly Sum[], view: View): readonly Sum[] {
  const byName = (one: Sum, other: Sum) => compare(one.name, other.name)
  const byCurrency = (one: Sum, other: Sum) => compare(one.currency, other.currency)
  const byCost = (one: Sum, other: Sum) => (one.costNanos < other.costNanos ? 1 : one.costNanos > other.costNanos ? -1 : 0)
  return sums.toSorted((one, other) =>
    view === 'day'
      ? byName(one, other) || byCurrency(one, other)
      : byCurrency(one, other) || byCost(one, other) || other.calls - one.calls || byName(one, other)
  )
}

/** What is not known comes last. */
function compare(one: string | null, other: string | null): number {
  if (one === other) return 0
  return one === null || (other !== null && one > other) ? 1 : -1
}

const mostDays = 31

/** Every day of a range, or `undefined` when these are too many to be shown. */
export function daysBetween(first: string, last: string): readonly string[] | undefined {
  const days: string[] = []
  for (let day = first; day <= last; day = addDays(day, 1)) {
    if (days.length === mostDays) return undefined
    days.push(day)
  }
  return days
}
