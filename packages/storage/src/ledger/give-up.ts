import type { CompiledQuery } from 'kysely'
import type { Database } from '../database.ts'
import type { HeldAmountsTable, HoldsTable } from '../tables.ts'
import { changeAccounts } from './accounts.ts'
import { fromJson } from './record-json.ts'
import { toRow } from './record-row.ts'
import type { Statements } from './statements.ts'

export async function giveUp(database: Database, statements: Statements, ids: readonly string[]): Promise<void> {
  for (const id of ids) await giveUpHold(database, statements, id, statements.endHold({ id }))
}

/** Returns how many were given up. */
export async function giveUpExpired(database: Database, statements: Statements): Promise<number> {
  const expired = await database.kysely.selectFrom('holds').select('id').where('expires_at', '<=', database.now).execute()
  let count = 0
  // Each by itself, so that two processes never wait for each other; who comes second finds nothing.
  for (const { id } of expired) if (await giveUpHold(database, statements, id, statements.endExpiredHold({ id }))) count++
  return count
}

function giveUpHold({ transact }: Database, statements: Statements, id: string, end: CompiledQuery): Promise<boolean> {
  return transact(async ({ run, commit }) => {
    const [ended, amounts] = await run(end, statements.releaseAmounts({ hold: id }))
    const [hold] = (ended?.rows ?? []) as Pick<HoldsTable, 'record'>[]
    if (hold === undefined) return false
    const row = toRow({ ...fromJson(hold.record), status: 'lost' }, true)
    await commit(statements.keepLostCall(row), ...changeAccounts(statements, [], (amounts?.rows ?? []) as HeldAmountsTable[]))
    return true
  })
}
