import { setImmediate as othersTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from '../database.ts'

const rowsAtOnce = 500

/** Removes what is over, and of the rest the oldest until it fits. */
export async function pruneReplies(database: Database, mostBytes: number): Promise<void> {
  await removeOver(database)
  await removeOldest(database, mostBytes)
}

/** Some at a time, so that others come in between. */
async function removeOver({ kysely, now }: Database): Promise<void> {
  for (;;) {
    const over = kysely.selectFrom('idempotent_replies').select('id').where('until', '<=', now).limit(rowsAtOnce)
    const { numDeletedRows } = await kysely.deleteFrom('idempotent_replies').where('id', 'in', over).executeTakeFirstOrThrow()
    if (numDeletedRows < rowsAtOnce) return
    await othersTurn()
  }
}

async function removeOldest({ kysely }: Database, mostBytes: number): Promise<void> {
  const { total } = await kysely
    .selectFrom('idempotent_replies')
    .select(sql<bigint | null>`cast(sum(bytes) as bigint)`.as('total'))
    .executeTakeFirstOrThrow()
  let excess = Number(total ?? 0n) - mostBytes
  while (excess > 0) {
    const kept = kysely.selectFrom('idempotent_replies').select(['id', 'bytes']).where('holder', 'is', null)
    const oldest = await kept.orderBy('until').orderBy('id').limit(rowsAtOnce).execute()
    if (oldest.length === 0) return
    const ids: string[] = []
    for (const { id, bytes } of oldest) {
      if (excess <= 0) break
      ids.push(id)
      excess -= Number(bytes)
    }
    await kysely.deleteFrom('idempotent_replies').where('id', 'in', ids).where('holder', 'is', null).execute()
    await othersTurn()
  }
}
