import type { Cost } from '@resoftai/sdk'
import type { Locale } from '../locale.ts'

/** `¥0.0027`: at least two digits behind the point, and of a small amount two that are not zero. */
export function showMoney({ nanos, currency }: Pick<Cost, 'nanos' | 'currency'>, locale: Locale): string {
  const amount = decimalOf(nanos)
  const zeros = /^-?0\.(0*)[1-9]/.exec(amount)?.[1]?.length ?? 0
  const digits = Math.min(9, Math.max(2, zeros + 2))
  const style = {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits
  } as const
  // A text is formatted exactly, a number would be rounded first.
  return new Intl.NumberFormat(locale, style).format(amount as `${number}`)
}

/** Nano-units as a decimal, exactly. */
export function decimalOf(nanos: bigint): string {
  const digits = (nanos < 0n ? -nanos : nanos).toString().padStart(10, '0')
  return `${nanos < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}
