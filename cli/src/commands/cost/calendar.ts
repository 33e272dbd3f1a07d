/** Days of one time zone, written `2026-11-21`. */
export interface Calendar {
  readonly timeZone: string
  /** The day in which a moment lies, in milliseconds since 1970. */
  readonly dayOf: (at: number) => string
  /** The first moment of a day. */
  readonly startOf: (day: string) => number
}

const quarterMs = 15 * 60_000
const dayQuarters = 24 * 4

export function createCalendar(timeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone): Calendar {
  const format = new Intl.DateTimeFormat('en', { timeZone, calendar: 'iso8601', year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayOf = (at: number) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return `${(part['year'] ?? '').padStart(4, '0')}-${part['month']}-${part['day']}`
  }
  return {
    timeZone,
    dayOf,
    startOf(day) {
      // No zone is a day from UTC, each changes its day at a quarter of an hour, and not every day has a midnight.
      const early = Date.parse(day) - dayQuarters * quarterMs
      let [before, after] = [0, 2 * dayQuarters]
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2)
        if (dayOf(early + middle * quarterMs) < day) before = middle
        else after = middle
      }
      return early + after * quarterMs
    }
  }
}

/** Whether a text is a day that exists. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text
}

export function addDays(day: string, count: number): string {
  const date = new Date(day)
  date.setUTCDate(date.getUTCDate() + count)
  return date.toISOString().slice(0, 10)
}

/** The same day of another month, or the last one where that is shorter. */
export function addMonths(day: string, count: number): string {
  const date = new Date(day)
  const wanted = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + count)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(wanted, last))
  return date.toISOString().slice(0, 10)
}
