import type { ConversationsTable } from '../tables.ts'
import type { Conversation } from './types.ts'

export const shownColumns = [
  'id',
  'owner',
  'title',
  'created_at',
  'updated_at',
  'messages'
] as const satisfies readonly (keyof ConversationsTable)[]

export function fromRow(row: Pick<ConversationsTable, (typeof shownColumns)[number]>): Conversation {
  return {
    id: row.id,
    owner: row.owner,
    title: row.title,
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    messages: Number(row.messages)
  }
}
