import type { Database } from '../database.ts'
import { checkNanos } from '../numbers.ts'
import type { AccountsTable, HeldAmountsTable } from '../tables.ts'
import type { AccountName, Balance, Settlement } from '../types.ts'
import { accountKey } from './account-order.ts'
import { changeAccounts, readAccounts, toBalance } from './accounts.ts'
import { toRow } from './record-row.ts'
import type { Statements } from './statements.ts'

/** In one transaction: all of them, or none. Each is told the accounts as they are behind it and before the next. */
export async function settleAll(
  database: Database,
  statements: Statements,
  settlements: readonly Settlement[]
): Promise<readonly (readonly Balance[])[]> {
  for (const { amountNanos } of settlements.flatMap(({ charges }) => charges)) checkNanos('amountNanos', amountNanos)
  // The holds first, as when they are given up: whoever has one has the call.
  const ids = settlements.flatMap(({ record, mayHold = true }) => (mayHold ? [record.id] : []))
  const ends = ids.flatMap(id => [statements.endHold({ id }), statements.releaseAmounts({ hold: id })])
  const keeps = settlements.map(({ record }) => statements.keepCall(toRow(record, false)))
  const { charged, changed } = await database.transact(async ({ run, commit }) => {
    const results = await run(...ends, ...keeps)
    const paid = settlements.map(({ charges }, index) => (results[ends.length + index]?.changes === 1 ? charges : []))
    const released = ids.flatMap((_, index) => (results[index * 2 + 1]?.rows ?? []) as HeldAmountsTable[])
    const rows = (await commit(...changeAccounts(statements, paid.flat(), released))).flatMap(result => result.rows as AccountsTable[])
    return { charged: paid, changed: new Map(rows.map(row => [accountKey(row), toBalance(row)])) }
  })
  const unseen = settlements.flatMap(({ charges }) => charges).filter(name => !changed.has(accountKey(name)))
  for (const balance of await readAccounts(database, onceEach(unseen))) changed.set(accountKey(balance), balance)
  return settlements.map(({ charges }, index) =>
    onceEach(charges).flatMap(name => {
      const last = changed.get(accountKey(name))
      if (last === undefined) return []
      const later = charged
        .slice(index + 1)
        .flat()
        .filter(charge => accountKey(charge) === accountKey(name))
      return { ...last, settledNanos: later.reduce((sum, { amountNanos }) => sum - amountNanos, last.settledNanos) }
    })
  )
}

function onceEach<Name extends AccountName>(names: readonly Name[]): readonly Name[] {
  return names.length < 2 ? names : [...new Map(names.map(name => [accountKey(name), name])).values()]
}
