import { addDays, addMonths, isDay, type Calendar } from './calendar.ts'

/** What a time that somebody typed bounds: the beginning of a range, its end, or what is too old to be kept. */
export type Bound = 'since' | 'until' | 'olderThan'

const span = /^([1-9]\d{0,2})([hdwm])$/

/**
 * Milliseconds since 1970 for `24h`, `7d`, `4w`, `3m` or `2026-11-01`; `undefined` for anything else. Spans of days are whole days and end with
 * today. A range includes the day it is said to go until; what is kept includes the day that lies just so far back.
 */
export function readTime(typed: string, bound: Bound, now: number, calendar: Calendar): number | undefined {
  if (isDay(typed)) return calendar.startOf(bound === 'until' ? addDays(typed, 1) : typed)
  const [, count = '', unit] = span.exec(typed) ?? []
  if (unit === undefined) return undefined
  if (unit === 'h') return now - Number(count) * 3_600_000
  const today = calendar.dayOf(now)
  const back = unit === 'm' ? addMonths(today, -Number(count)) : addDays(today, -Number(count) * (unit === 'w' ? 7 : 1))
  return calendar.startOf(bound === 'olderThan' ? back : addDays(back, 1))
}
