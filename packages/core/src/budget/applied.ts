import type { AccountName } from '../ledger/index.ts'
import { createCalendar } from './period.ts'
import type { Budget, Subject, Subjects } from './types.ts'

/** A budget that a call counts in, and the account of it that pays. */
export interface Applied {
  readonly budget: Budget
  readonly account: AccountName
}

/** Finds the budgets that a call counts in. */
export function budgetFinder(budgets: readonly Budget[]): (subjects: Subjects, at: number) => readonly Applied[] {
  const dated = budgets.map(budget => ({ budget, periodOf: createCalendar(budget.zone) }))
  return (subjects, at) =>
    dated.flatMap(({ budget, periodOf }) => {
      const { id, per, each, only } = budget
      const isMeant = Object.entries(only).every(([subject, name]) => subjects[subject as Subject] === name)
      const scope = each === undefined ? '' : subjects[each]
      return isMeant && scope !== undefined ? [{ budget, account: { budget: id, period: periodOf(per, at), scope } }] : []
    })
}
