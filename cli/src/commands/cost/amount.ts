import { decimalOf } from '../../chat/money.ts'
import type { Locale } from '../../locale.ts'

/** `16.02`, `0.0027`: at least two digits behind the point, and of a small amount two that are not zero. */
export function showAmount(nanos: bigint, locale: Locale): string {
  const decimal = decimalOf(nanos)
  const zeros = /^-?0\.(0*)[1-9]/.exec(decimal)?.[1]?.length ?? 0
  const style = { minimumFractionDigits: 2, maximumFractionDigits: Math.min(9, Math.max(2, zeros + 2)) }
  // A text is formatted exactly, a number would be rounded first.
  return new Intl.NumberFormat(locale, style).format(decimal as `${number}`)
}
