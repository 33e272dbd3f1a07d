import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import { checkName, soughtText } from './check-text.ts'
import { findConversation } from './find.ts'
import { isFree } from './is-free.ts'
import type { ConversationStore } from './types.ts'

export async function beginTurn(
  database: Database,
  id: string,
  owner: string,
  { turn, leaseMs }: Parameters<ConversationStore['beginTurn']>[2]
): ReturnType<ConversationStore['beginTurn']> {
  const { kysely, now } = database
  // One statement: of several at once, the others wait for the row and then see that it is taken.
  const { numUpdatedRows } = await kysely
    .updateTable('conversations')
    .set({ turn: checkName(turn), turn_until: sql`${now} + cast(${toMs('leaseMs', leaseMs)} as bigint)` })
    .where('id', '=', soughtText(id))
    .where('owner', '=', soughtText(owner))
    .where(isFree(database))
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 1n) return 'begun'
  return (await findConversation(database, id, owner)) === undefined ? 'missing' : 'busy'
}
