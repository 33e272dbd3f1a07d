import type { Cost } from '@resoftai/sdk'
import { divide, readDecimal } from './decimal.ts'
import type { ConvertedCost, ExchangeRate } from './types.ts'

/**
 * A cost in another currency, rounded half up to a nano-unit, by the latest rate that is not after `at`. Of two rates of one day the first
 * counts. `undefined` when there is none.
 */
export function convert(
  cost: Pick<Cost, 'nanos' | 'currency'>,
  currency: string,
  rates: readonly ExchangeRate[],
  at: Date
): ConvertedCost | undefined {
  const day = at.toISOString().slice(0, 10)
  const rate = rates
    .filter(({ from, to, date }) => date <= day && joins(from, to, cost.currency, currency))
    .reduce<ExchangeRate | undefined>((latest, next) => (latest === undefined || next.date > latest.date ? next : latest), undefined)
  if (rate === undefined) return undefined
  const { units, places } = readDecimal(rate.rate)
  const scale = 10n ** BigInt(places)
  const isForward = rate.from === cost.currency
  if (!isForward && units === 0n) return undefined
  return { nanos: isForward ? divide(cost.nanos * units, scale) : divide(cost.nanos * scale, units), currency, rate, native: cost }
}

function joins(from: string, to: string, one: string, other: string): boolean {
  return (from === one && to === other) || (from === other && to === one)
}
