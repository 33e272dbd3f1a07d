import judge from '../../generated/price-list.js'
import type { Problem } from '../error.ts'
import { toProblems } from '../schema/problems.ts'
import type { PriceList } from './types.ts'

/** What is wrong with a price list, by its schema and by calendar and clock. */
export function judgePriceList(value: unknown): readonly Problem[] {
  return judge(value) ? timeProblems(value as PriceList) : toProblems(judge.errors)
}

function timeProblems({ prices = [], rates = [] }: PriceList): readonly Problem[] {
  return [
    ...prices.flatMap(({ from, until, date, hours = [] }, index) => [
      ...dayProblems({ from, until, date }, `prices.${index}`),
      ...hours
        .filter(span => span.slice(0, 5) >= span.slice(6))
        .map(span => ({ message: `${span} ends before it begins.`, path: `prices.${index}.hours`, suggestion: 'Write two spans.' }))
    ]),
    ...rates.flatMap(({ date }, index) => dayProblems({ date }, `rates.${index}`))
  ]
}

function dayProblems(days: Readonly<Record<string, string | undefined>>, path: string): readonly Problem[] {
  return Object.entries(days)
    .filter(([, day]) => day !== undefined && !isDay(day))
    .map(([key, day]) => ({ message: `There is no day ${String(day)}.`, path: `${path}.${key}` }))
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}
