import type { Host, Totals } from '@resoftai/core'
import type { Calendar } from './calendar.ts'

/** Costs in one currency, at the rate of their day. What no rate is known for stays as it is. */
export async function convertTotals(
  totals: readonly Totals[],
  currency: string,
  calendar: Calendar,
  { convert }: Pick<Host['ledger'], 'convert'>
): Promise<readonly Totals[]> {
  return Promise.all(
    totals.map(async one => {
      if (one.currency === null || one.currency === currency) return one
      const at = new Date(calendar.dayOf(one.time ?? 0))
      const converted = await convert({ nanos: one.costNanos, currency: one.currency }, currency, at)
      return converted === undefined ? one : { ...one, currency, costNanos: converted.nanos }
    })
  )
}
