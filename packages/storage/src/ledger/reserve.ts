import type { Database } from '../database.ts'
import { checkNanos, toMs } from '../numbers.ts'
import type { AccountsTable } from '../tables.ts'
import type { AccountName, Hold, Reserved } from '../types.ts'
import { accountKey, inAccountOrder } from './account-order.ts'
import { toBalance } from './accounts.ts'
import { giveUpExpired } from './give-up.ts'
import { toJson } from './record-json.ts'
import { toRow } from './record-row.ts'
import type { Statements } from './statements.ts'

export async function reserve(database: Database, statements: Statements, hold: Hold): Promise<Reserved> {
  const steps = stepsOf(hold, statements)
  if (await take(database, steps)) return { outcome: 'held' }
  const answer = await lookAndTake(database, hold, steps)
  if (answer.outcome !== 'full' || (await giveUpExpired(database, statements)) === 0) return answer
  return lookAndTake(database, hold, steps)
}

type Steps = ReturnType<typeof stepsOf>

function stepsOf({ id, leaseMs, record, accounts }: Hold, statements: Statements) {
  // Refused here, where somebody learns of it, and not when the call is lost.
  toRow(record, true)
  const ordered = inAccountOrder(accounts)
  return {
    takes: ordered.map(({ budget, period, scope, amountNanos, limitNanos }) =>
      statements.take({
        budget,
        period,
        scope,
        amount: checkNanos('amountNanos', amountNanos),
        limit: checkNanos('limitNanos', limitNanos)
      })
    ),
    looks: ordered.map(({ budget, period, scope }) => statements.look({ budget, period, scope })),
    holds: [
      statements.beginHold({ id, leaseMs: toMs('leaseMs', leaseMs), record: toJson(record) }),
      ...ordered.map(({ budget, period, scope, amountNanos }) =>
        statements.holdAmount({ hold: id, budget, period, scope, amount: amountNanos })
      )
    ]
  }
}

/** All accounts or none: `false` if one of them has no room or is not there. */
function take({ transact }: Database, { takes, holds }: Steps): Promise<boolean> {
  return transact(async ({ run, commit }) => {
    const taken = await run(...takes, ...holds)
    const all = taken.slice(0, takes.length).every(({ changes }) => changes === 1)
    if (all) await commit()
    return all
  })
}

/** The same, but nobody else changes the accounts meanwhile: what is said to be full is full, whatever others give back at this moment. */
function lookAndTake({ transact }: Database, { accounts }: Hold, { looks, takes, holds }: Steps): Promise<Reserved> {
  return transact(async ({ run, commit }): Promise<Reserved> => {
    const seen = (await run(...looks)).flatMap(({ rows }) => rows as AccountsTable[])
    const found = new Map(seen.map(row => [accountKey(row), toBalance(row)]))
    const missing = accounts.filter(account => !found.has(accountKey(account)))
    if (missing.length > 0) return { outcome: 'missing', accounts: missing.map(nameOf) }
    for (const account of accounts) {
      const balance = found.get(accountKey(account))!
      if (balance.settledNanos + balance.reservedNanos + account.amountNanos > account.limitNanos)
        return { outcome: 'full', account: balance }
    }
    await commit(...takes, ...holds)
    return { outcome: 'held' }
  })
}

function nameOf({ budget, period, scope }: AccountName): AccountName {
  return { budget, period, scope }
}
