import type { Database } from '../database.ts'
import { checkTitle, soughtText } from './check-text.ts'

export async function renameConversation({ kysely }: Database, id: string, owner: string, title: string): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('conversations')
    .set({ title: checkTitle(title) })
    .where('id', '=', soughtText(id))
    .where('owner', '=', soughtText(owner))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
