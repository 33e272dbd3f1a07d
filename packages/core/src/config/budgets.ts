import type { Problem } from '../error.ts'
import { isRecord } from './record.ts'
import type { BudgetConfig } from './types.ts'

/** The budgets of one file; the schema judges what is in them. */
export function budgetsOf(value: unknown): readonly BudgetConfig[] {
  const budgets = isRecord(value) ? value['budgets'] : undefined
  return Array.isArray(budgets) ? (budgets as readonly BudgetConfig[]) : []
}

/** What no schema can say: whether there is such a time zone. */
export function judgeTimeZones(value: unknown): readonly Problem[] {
  return budgetsOf(value).flatMap((budget, index) => {
    const zone: unknown = isRecord(budget) ? budget['time_zone'] : undefined
    if (typeof zone !== 'string' || isTimeZone(zone)) return []
    return [
      {
        message: `There is no time zone "${zone}".`,
        path: `budgets.${index}.time_zone`,
        suggestion: 'Write a name of the IANA list, such as Asia/Shanghai, Europe/Berlin or UTC.'
      }
    ]
  })
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0)
    return true
  } catch {
    return false
  }
}
