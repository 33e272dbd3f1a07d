import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import { soughtText } from './check-text.ts'

export async function renewTurn({ kysely, now }: Database, id: string, turn: string, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('conversations')
    .set({ turn_until: sql`${now} + cast(${toMs('leaseMs', leaseMs)} as bigint)` })
    .where('id', '=', soughtText(id))
    .where('turn', '=', soughtText(turn))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
