import { setImmediate as othersTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { periodsOf } from './period.ts'
import { toMs } from '../numbers.ts'

const rowsAtOnce = 500

/** No time zone is more than 14 hours from UTC. */
const farthestZoneMs = 14 * 3_600_000

export async function prune(database: Database, before: number): Promise<number> {
  const at = toMs('before', Math.ceil(before))
  await pruneAccounts(database, before)
  const { kysely } = database
  // Some at a time, so that calls come in between.
  for (let removed = 0; ;) {
    const some = kysely.selectFrom('calls').select('id').where('at', '<', at).orderBy('at').orderBy('id').limit(rowsAtOnce)
    const { numDeletedRows } = await kysely.deleteFrom('calls').where('id', 'in', some).executeTakeFirstOrThrow()
    removed += Number(numDeletedRows)
    if (numDeletedRows < rowsAtOnce) return removed
    await othersTurn()
  }
}

/** Only of periods that are over in every time zone, and on which no call holds anything. */
async function pruneAccounts({ kysely, now }: Database, before: number): Promise<void> {
  const { rows } = await sql<{ now: bigint }>`select ${now} as now`.execute(kysely)
  const end = Math.min(before, Number(rows[0]?.now ?? 0n))
  const { day, week, month } = periodsOf(end - farthestZoneMs)
  const closed = await kysely
    .selectFrom('accounts')
    .select(['budget', 'period', 'scope'])
    .where('reserved', '=', 0n)
    .where(account =>
      account.or([
        account.and([account('period', 'like', '____-__-__'), account('period', '<', day)]),
        account.and([account('period', 'like', '____-W__'), account('period', '<', week)]),
        account.and([account('period', 'like', '____-__'), account('period', '<', month)])
      ])
    )
    .execute()
  // Each by itself, so that a late call that needs several of them never waits for this while this waits for it.
  for (const name of closed) {
    await kysely
      .deleteFrom('accounts')
      .where(account => account.and(name))
      .where('reserved', '=', 0n)
      .execute()
  }
}
