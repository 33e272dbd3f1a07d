import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isHostError, type BudgetState, type Host } from '@resoftai/core'
import { showAmount } from '../commands/cost/amount.ts'
import type { Context } from '../context.ts'
import type { Locale } from '../locale.ts'
import type { Setup } from '../setup.ts'
import type { Check } from './check.ts'

/** Opens the ledger, when one is asked for or is there, and looks for budgets that are used up. */
export async function checkStorage(host: Host, { config, home }: Setup, { text, locale }: Context): Promise<readonly Check[]> {
  const { storage, budgets } = config
  if (storage.url === undefined && budgets.length === 0 && !existsSync(join(home.home, 'resoftai.db'))) return []
  try {
    const [states, totals] = await Promise.all([host.ledger.budgets(), host.ledger.totals({}, [])])
    const count = totals.reduce((sum, { calls }) => sum + calls, 0)
    const ok: Check = { area: 'storage', status: 'ok', message: text('doctor.ledger', { count, budgets: budgets.length }) }
    return [
      ok,
      ...states
        .filter(isUsedUp)
        .map((state): Check => ({ area: 'storage', status: 'warning', message: text('doctor.usedUp', wordsOf(state, locale)) }))
    ]
  } catch (error) {
    if (!isHostError(error)) throw error
    const { message, hint, kind } = error
    return [{ area: 'storage', status: 'failure', message: text('doctor.ledgerFails', { reason: message }), hint, kind }]
  }
}

function isUsedUp({ settledNanos, limitNanos }: BudgetState): boolean {
  return settledNanos >= limitNanos
}

function wordsOf({ name, scope, settledNanos, limitNanos, currency }: BudgetState, locale: Locale) {
  const budget = scope === '' ? name : `${name} (${scope})`
  return { budget, spent: showAmount(settledNanos, locale), limit: `${showAmount(limitNanos, locale)} ${currency}` }
}
