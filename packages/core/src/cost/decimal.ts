/** A decimal as an exact fraction: `units / 10^places`. */
export interface Decimal {
  readonly units: bigint
  readonly places: number
}

/** Reads `"0.075"` or `3`. The schema of the price list has judged its form. */
export function readDecimal(written: string | number): Decimal {
  const [whole = '', fraction = ''] = String(written).split('.')
  return { units: BigInt(whole + fraction), places: fraction.length }
}

/** In billionths. Exact, for there are at most nine places. */
export function readNanos(written: string | number): bigint {
  const { units, places } = readDecimal(written)
  return units * 10n ** BigInt(9 - places)
}

/** Rounded half up; neither is negative. */
export function divide(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n)
}
