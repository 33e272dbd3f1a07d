import type { Database } from '../database.ts'
import { createGate } from '../gate.ts'
import type { LedgerStore } from '../types.ts'
import { openAccounts, readBudget } from './accounts.ts'
import { giveUp, giveUpExpired } from './give-up.ts'
import { prune } from './prune.ts'
import { records } from './records.ts'
import { renew } from './renew.ts'
import { reserve } from './reserve.ts'
import { settleTogether } from './settle-together.ts'
import { settleAll } from './settle.ts'
import { prepareStatements } from './statements.ts'
import { totals } from './totals.ts'

/** Closing it closes the database. */
export function createLedgerStore(database: Database): LedgerStore {
  const statements = prepareStatements(database)
  const settle = settleTogether(settlements => settleAll(database, statements, settlements))
  const { check, pass, close } = createGate(database, 'The ledger is closed.')

  return {
    reserve: hold => pass(() => reserve(database, statements, hold)),
    open: accounts => pass(() => openAccounts(database, accounts)),
    settle: settlement => pass(() => settle(settlement)),
    renew: (ids, leaseMs) => pass(() => renew(database, ids, leaseMs)),
    giveUp: ids =>
      pass(async () => {
        if (ids === undefined) await giveUpExpired(database, statements)
        else await giveUp(database, statements, ids)
      }),
    balances: account => pass(() => readBudget(database, account)),
    totals: (filter, by) => pass(() => totals(database, filter, by)),
    async *records(filter) {
      check()
      try {
        yield* records(database, filter)
      } catch (error) {
        throw database.explain(error)
      }
    },
    prune: before => pass(() => prune(database, before)),
    close: () => {
      close()
      return database.close()
    }
  }
}
