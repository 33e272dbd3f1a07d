import type { CallOptions } from '@resoftai/core'
import type { ClientKey } from '@resoftai/storage'

type Budgets = NonNullable<CallOptions['budgets']>

const known = new WeakMap<ClientKey, Budgets>()

/** The budgets of a key as the host takes them: for this key alone. */
export function budgetsOf(key: ClientKey): Budgets {
  const made = known.get(key) ?? key.budgets.map(budget => ({ ...budget, name: `key ${key.name}, ${budget.per}`, key: key.name }))
  known.set(key, made)
  return made
}
