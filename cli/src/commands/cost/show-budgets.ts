import type { BudgetState } from '@resoftai/core'
import type { Context } from '../../context.ts'
import { styled } from '../../output/piece.ts'
import { formatTable } from '../../output/table.ts'
import { showAmount } from './amount.ts'
import { drawGauge } from './bar.ts'
import { showMinute } from './show-minute.ts'

const gaugeWidth = 10

/** A line for each budget: `day   ████████░░  16.02 of 20.00 CNY · 0.40 held · resets 2026-11-22 00:00`. */
export function showBudgets(budgets: readonly BudgetState[], context: Context): void {
  if (budgets.length === 0) return
  const rows = budgets.map(budget => {
    const { name, scope, per, settledNanos, reservedNanos, limitNanos } = budget
    const isDrawn = process.stdout.isTTY && per !== 'request'
    const gauge = isDrawn ? drawGauge(settledNanos, reservedNanos, limitNanos, gaugeWidth) : ''
    return [scope === '' ? name : `${name} ${scope}`, styled(settledNanos < limitNanos ? 'cyan' : 'red', gauge), describe(budget, context)]
  })
  const [, ...lines] = formatTable(['', '', ''], rows)
  context.output.line()
  for (const line of lines) context.output.line(...line)
}

function describe({ per, currency, limitNanos, settledNanos, reservedNanos, resetsAt }: BudgetState, { text, locale }: Context): string {
  const limit = showAmount(limitNanos, locale)
  if (per === 'request') return text('cost.budgetRequest', { limit, currency })
  return [
    text('cost.budget', { settled: showAmount(settledNanos, locale), limit, currency }),
    ...(reservedNanos > 0n ? [text('cost.held', { amount: showAmount(reservedNanos, locale) })] : []),
    ...(resetsAt === null ? [] : [text('cost.resets', { time: showMinute(resetsAt) })])
  ].join(' · ')
}
