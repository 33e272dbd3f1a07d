const hourMs = 3_600_000
const unitMs: Readonly<Record<string, number>> = { h: hourMs, d: 24 * hourMs, w: 7 * 24 * hourMs }

/** Milliseconds of `24h`, `30d` or `4w`; `undefined` for anything else. */
export function readSpan(typed: string): number | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([hdw])$/.exec(typed) ?? []
  const ms = unitMs[unit]
  return ms === undefined ? undefined : Number(count) * ms
}
