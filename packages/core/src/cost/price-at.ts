import type { ListedPrice, Price } from './types.ts'

const week = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** The price that holds at a moment. Peak hours are the exception to another price; else the one that began last counts. */
export function priceAt(prices: readonly ListedPrice[], at: Date): ListedPrice | undefined {
  const [only] = prices
  // Each call asks, and most models have one price that always holds.
  if (only === undefined || (prices.length === 1 && isForEver(only))) return only
  const [day = '', time = ''] = at.toISOString().split('T')
  const weekday = week[at.getUTCDay()] ?? ''
  return prices
    .filter(price => holds(price, day, weekday, time.slice(0, 5)))
    .toSorted((a, b) => Number(isTimed(b)) - Number(isTimed(a)) || compare(b.from, a.from))[0]
}

function holds({ from = '', until, hours, days }: Price, day: string, weekday: string, time: string): boolean {
  if (day < from || (until !== undefined && day > until)) return false
  if (days !== undefined && !days.includes(weekday)) return false
  return hours === undefined || hours.some(span => time >= span.slice(0, 5) && time < span.slice(6))
}

export function isForEver({ from, until, hours, days }: Price): boolean {
  return from === undefined && until === undefined && hours === undefined && days === undefined
}

function isTimed({ hours, days }: Price): boolean {
  return hours !== undefined || days !== undefined
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}
