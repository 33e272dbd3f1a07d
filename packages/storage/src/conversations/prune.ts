import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import { isFree } from './is-free.ts'
import { removeWithMessages } from './remove.ts'

const idsAtOnce = 500

export async function pruneConversations(database: Database, before: number): Promise<number> {
  const { kysely } = database
  const at = toMs('before', Math.ceil(before))
  for (let removed = 0; ;) {
    const old = await kysely
      .selectFrom('conversations')
      .select('id')
      .where('updated_at', '<', at)
      .where(isFree(database))
      .limit(idsAtOnce)
      .execute()
    // Each by itself, and only if nobody went on with it since.
    for (const { id } of old) {
      const end = kysely.deleteFrom('conversations').where('id', '=', id).where('updated_at', '<', at).where(isFree(database))
      if (await removeWithMessages(database, id, end.compile())) removed++
      await othersTurn()
    }
    if (old.length < idsAtOnce) return removed
  }
}
