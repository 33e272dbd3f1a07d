import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'

const idsAtOnce = 500

export async function renew({ kysely, now }: Database, ids: readonly string[], leaseMs: number): Promise<void> {
  const lease = toMs('leaseMs', leaseMs)
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    await kysely
      .updateTable('holds')
      .set({ expires_at: sql`${now} + cast(${lease} as bigint)` })
      .where('id', 'in', ids.slice(from, from + idsAtOnce))
      .execute()
  }
}
