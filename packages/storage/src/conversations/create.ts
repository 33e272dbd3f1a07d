import type { Database } from '../database.ts'
import { StorageError } from '../error.ts'
import { checkId, checkName, checkTitle } from './check-text.ts'
import { fromRow, shownColumns } from './conversation-row.ts'
import type { Conversation, ConversationStore } from './types.ts'

export async function createConversation(
  { kysely, now }: Database,
  { id, owner, title }: Parameters<ConversationStore['create']>[0]
): Promise<Conversation> {
  const row = await kysely
    .insertInto('conversations')
    .values({
      id: checkId(id),
      owner: checkName(owner),
      title: checkTitle(title),
      created_at: now,
      updated_at: now,
      messages: 0n
    })
    .onConflict(conflict => conflict.doNothing())
    .returning(shownColumns)
    .executeTakeFirst()
  if (row === undefined) throw new StorageError('usage', 'There is a conversation of this id already.', 'Make a new id for each.')
  return fromRow(row)
}
