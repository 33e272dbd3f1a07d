import { HostError, type Host } from '@resoftai/core'
import { withHost } from '../../open-host.ts'
import type { Context } from '../../context.ts'
import type { Input, Run } from '../spec.ts'
import { createCalendar } from './calendar.ts'
import { choiceOption } from './choice-option.ts'
import { views } from './choices.ts'
import { convertTotals } from './convert-totals.ts'
import { costDocument } from './cost-document.ts'
import { readRange } from './read-range.ts'
import { showBudgets } from './show-budgets.ts'
import { showCosts, type Costs } from './show-costs.ts'
import { addUp } from './sums.ts'
import { dimensions, nameOf } from './view.ts'

export const cost: Run = async (context, input) => {
  const { output, text } = context
  const now = Date.now()
  const calendar = createCalendar()
  const view = choiceOption(input, 'by', views, text) ?? 'day'
  const currency = currencyOption(input, context)
  const filter = readRange(input, '30d', now, calendar, context)
  await withHost(context, async ({ ledger }) => {
    const by = dimensions[view]
    // A cost is converted at the rate of its day.
    const found = await ledger.totals(filter, currency === undefined || by.includes('time') ? by : ['time', ...by])
    const totals = currency === undefined ? found : await convertTotals(found, currency, calendar, ledger)
    const costs: Costs = { view, currency, filter, now, calendar, sums: addUp(totals, one => nameOf(one, view, calendar)) }
    const budgets = await ledger.budgets()
    if (output.json) return output.document(costDocument(costs, budgets))
    if (costs.sums.length > 0) showCosts(costs, context)
    else output.line(text((await isUnused(ledger)) ? 'cost.unused' : 'cost.none'))
    showBudgets(budgets, context)
  })
}

async function isUnused(ledger: Host['ledger']): Promise<boolean> {
  return (await ledger.totals({}, [])).length === 0
}

function currencyOption(input: Input, { text }: Context): string | undefined {
  const currency = input.value('currency')?.toUpperCase()
  if (currency === undefined || /^[A-Z]{3}$/.test(currency)) return currency
  throw new HostError('usage', text('cost.currency'), { hint: text('cost.currencyHint') })
}
