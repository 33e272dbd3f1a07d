import type { Per } from './types.ts'

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

const dayMs = 86_400_000
/** Longer than any period but `total`, change of clocks included. */
const longestMs = 33 * dayMs

/**
 * The calendar of one time zone: which period a moment lies in. A period is a name in the calendar and not a span of time, so that a clock that
 * is changed, for summer time or by hand, comes back to the same period and its balance.
 */
export function createCalendar(zone: string): (per: Per, at: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric'
  })
  let minute: number | undefined
  let today: Day
  // No clock changes inside of a minute.
  const dayOf = (at: number) => {
    const asked = Math.floor(at / 60_000)
    if (asked !== minute) today = readDay(format, at)
    minute = asked
    return today
  }
  return (per, at) => {
    if (per === 'total' || per === 'request') return per
    const day = dayOf(at)
    if (per === 'week') return weekOf(day)
    const month = `${day.year}-${twoDigits(day.month)}`
    return per === 'month' ? month : `${month}-${twoDigits(day.day)}`
  }
}

/** When the period of a moment began and when the next begins, to the second. `undefined`: it has neither. */
export function boundsOf(per: Per, at: number, zone: string): { readonly from: number; readonly until: number } | undefined {
  const periodOf = createCalendar(zone)
  if (per === 'total' || per === 'request') return undefined
  const period = periodOf(per, at)
  const isInside = (moment: number) => periodOf(per, moment) === period
  return { from: bisect(at - longestMs, at, isInside), until: bisect(at, at + longestMs, moment => !isInside(moment)) }
}

/** The first second in (low, high] of which `holds` is true, when it is false before and true after. */
function bisect(low: number, high: number, holds: (moment: number) => boolean): number {
  let no = Math.floor(low / 1000)
  let yes = Math.floor(high / 1000)
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2)
    if (holds(middle * 1000)) yes = middle
    else no = middle
  }
  return yes * 1000
}

function readDay(format: Intl.DateTimeFormat, at: number): Day {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  return { year: parts['year'] ?? 0, month: parts['month'] ?? 0, day: parts['day'] ?? 0 }
}

/** ISO 8601: weeks begin on Monday, and belong to the year that has their Thursday. */
function weekOf({ year, month, day }: Day): string {
  const date = Date.UTC(year, month - 1, day)
  const weekday = (new Date(date).getUTCDay() + 6) % 7
  const thursday = new Date(date + (3 - weekday) * dayMs)
  const week = Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * dayMs)) + 1
  return `${thursday.getUTCFullYear()}-W${twoDigits(week)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
