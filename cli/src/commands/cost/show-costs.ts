import type { RecordFilter } from '@resoftai/core'
import type { Context } from '../../context.ts'
import type { Locale } from '../../locale.ts'
import { styled, textOf } from '../../output/piece.ts'
import { formatTable } from '../../output/table.ts'
import { displayWidth } from '../../output/width.ts'
import { showAmount } from './amount.ts'
import { drawBar } from './bar.ts'
import type { Calendar } from './calendar.ts'
import type { View } from './choices.ts'
import { addAll, countUnpriced, notConverted, nothing, type Sum } from './sums.ts'
import { daysBetween, sortSums } from './view.ts'

/** What was found, and how it was asked for. */
export interface Costs {
  readonly view: View
  /** All costs are in it that could be converted; `undefined`: each is in that of its price. */
  readonly currency: string | undefined
  readonly filter: RecordFilter
  readonly now: number
  readonly calendar: Calendar
  readonly sums: readonly Sum[]
}

const columns = ['calls', 'failed', 'inputTokens', 'outputTokens', 'cost'] as const
const narrowestBar = 8
const widestBar = 40

/** A line for each name and currency, then one for all of each currency; on a terminal with bars. Below them what is not known. */
export function showCosts(costs: Costs, context: Context): void {
  const { output, text } = context
  const sums = withEmptyDays(costs)
  const head = [text(`column.cost.${costs.view}`), ...columns.map(column => text(`column.${column}`))]
  const rows = sums.map(sum => [sum.name ?? '–', ...cellsOf(sum, context)])
  const totals = addAll(sums).map(sum => [text('cost.total'), ...cellsOf(sum, context)].map(cell => styled('bold', cell)))
  const lines = formatTable(head, [...rows, ...totals])
  const widths = lines.map(line => displayWidth(line.map(textOf).join('')))
  const indent = Math.max(...widths) + 2
  const room = process.stdout.isTTY ? Math.min(widestBar, process.stdout.columns - indent) : 0
  const bars = room < narrowestBar ? [] : drawBars(sums, room)
  lines.forEach((line, index) => {
    const bar = bars[index - 1] ?? ''
    output.line(...line, ...(bar === '' ? [] : [' '.repeat(indent - (widths[index] ?? 0)), styled('cyan', bar)]))
  })
  noteGaps(costs, context)
}

/** In each currency the dearest has the longest bar. */
function drawBars(sums: readonly Sum[], width: number): readonly string[] {
  const dearest = new Map<string | null, bigint>()
  for (const { currency, costNanos } of sums) {
    if (costNanos > (dearest.get(currency) ?? 0n)) dearest.set(currency, costNanos)
  }
  return sums.map(({ currency, costNanos }) => drawBar(costNanos, dearest.get(currency) ?? 0n, width))
}

function withEmptyDays({ view, sums, filter, now, calendar }: Costs): readonly Sum[] {
  const { since, until = now + 1 } = filter
  const last = Math.min(until - 1, now)
  const days = view !== 'day' || since === undefined ? undefined : daysBetween(calendar.dayOf(since), calendar.dayOf(last))
  const known = new Set(sums.map(({ name }) => name))
  const empty = (days ?? []).filter(day => !known.has(day)).map(name => ({ ...nothing, name }))
  return sortSums([...sums, ...empty], view)
}

function cellsOf(sum: Sum, { locale }: Context): readonly string[] {
  const number = (value: number) => (value === 0 ? '' : value.toLocaleString(locale))
  return [...[sum.calls, sum.failed, sum.inputTokens, sum.outputTokens].map(number), costOf(sum, locale)]
}

function costOf({ estimated, unpriced, currency, costNanos }: Sum, locale: Locale): string {
  if (currency === null) return unpriced > 0 ? '?' : ''
  return `${estimated > 0 ? '~' : ''}${showAmount(costNanos, locale)} ${currency}`
}

/** What the table cannot say. */
function noteGaps({ sums, currency }: Costs, { output, text }: Context): void {
  const unpriced = countUnpriced(sums)
  const remarks = [
    ...(sums.some(sum => sum.currency !== null && sum.estimated > 0) ? [text('cost.estimated')] : []),
    ...(unpriced > 0 ? [text('cost.unpriced', { calls: unpriced })] : []),
    ...(currency === undefined ? [] : notConverted(sums, currency).map(other => text('cost.notConverted', { other, currency })))
  ]
  for (const remark of remarks) output.remark(styled('dim', remark))
}
