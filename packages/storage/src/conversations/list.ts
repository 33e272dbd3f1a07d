import type { Database } from '../database.ts'
import { StorageError } from '../error.ts'
import { toWhole } from '../numbers.ts'
import { soughtText } from './check-text.ts'
import { fromRow, shownColumns } from './conversation-row.ts'
import { findConversation } from './find.ts'
import type { Conversation, ConversationStore } from './types.ts'

export async function listConversations(
  database: Database,
  owner: string,
  { limit, before }: Parameters<ConversationStore['list']>[1]
): Promise<Conversation[]> {
  if (limit < 1) throw new StorageError('usage', `A page of ${limit} conversations is none.`, 'Ask for one at least.')
  const page = database.kysely
    .selectFrom('conversations')
    .select(shownColumns)
    .where('owner', '=', soughtText(owner))
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(toWhole('limit', limit))
  if (before === undefined) return (await page.execute()).map(fromRow)

  const last = await findConversation(database, before, owner)
  if (last === undefined) throw new StorageError('usage', 'The last conversation seen is no longer there.', 'Begin with the first page.')
  const rows = await page.where(row => row(row.refTuple('updated_at', 'id'), '<', row.tuple(BigInt(last.updatedAt), last.id))).execute()
  return rows.map(fromRow)
}
