import type { Database } from '../database.ts'
import { soughtText } from './check-text.ts'
import { fromRow, shownColumns } from './conversation-row.ts'
import type { Conversation } from './types.ts'

export async function findConversation({ kysely }: Database, id: string, owner: string): Promise<Conversation | undefined> {
  const row = await kysely
    .selectFrom('conversations')
    .select(shownColumns)
    .where('id', '=', soughtText(id))
    .where('owner', '=', soughtText(owner))
    .executeTakeFirst()
  return row && fromRow(row)
}
