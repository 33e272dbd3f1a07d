import type { BudgetConfig } from '../config/index.ts'
import { readNanos } from '../cost/index.ts'
import type { Budget, Subject } from './types.ts'

const subjects: readonly Subject[] = ['provider', 'model', 'agent', 'key']
const defaultWarnings = [80]

/** Two that differ in their limit only are one, with the lower limit. */
export function readBudgets(configs: readonly BudgetConfig[], zone: string): readonly Budget[] {
  const budgets = new Map<string, Budget>()
  for (const config of configs) {
    const budget = readBudget(config, zone)
    const known = budgets.get(budget.id)
    if (known === undefined || budget.limitNanos < known.limitNanos) budgets.set(budget.id, budget)
  }
  return [...budgets.values()]
}

/** A budget as a person wrote it; the schema has judged its form. `zone` is the one of this machine. */
function readBudget(config: BudgetConfig, zone: string): Budget {
  const [amount = '', currency = ''] = config.limit.split(' ')
  const { per, each } = config
  const only = Object.fromEntries(subjects.flatMap(subject => (config[subject] === undefined ? [] : [[subject, config[subject]]])))
  const about = [...(each === undefined ? [] : [`each ${each}`]), ...Object.entries(only).map(([subject, name]) => `${subject} ${name}`)]
  return {
    // Named ones too: sums in another currency, or of other calls, are other sums.
    id: [config.name ?? '', per, currency, ...about].join(', '),
    name: config.name ?? [per, ...about].join(', '),
    per,
    limitNanos: readNanos(amount),
    currency,
    only,
    each,
    zone: config.time_zone ?? zone,
    warnAt: (config.warn_at ?? defaultWarnings).toSorted((a, b) => a - b),
    unpriced: config.unpriced ?? 'refuse'
  }
}
