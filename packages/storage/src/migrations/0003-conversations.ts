import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

export const conversations: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('conversations')
      .addColumn('id', 'text', column => column.notNull().primaryKey())
      .addColumn('owner', 'text', required)
      .addColumn('title', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('updated_at', 'bigint', required)
      .addColumn('messages', 'bigint', required)
      .addColumn('turn', 'text')
      .addColumn('turn_until', 'bigint')
      .execute()
    await db.schema.createIndex('conversations_owner').on('conversations').columns(['owner', 'updated_at', 'id']).execute()

    await db.schema
      .createTable('conversation_messages')
      .addColumn('conversation', 'text', required)
      .addColumn('position', 'bigint', required)
      .addColumn('at', 'bigint', required)
      .addColumn('message', 'text', required)
      .addColumn('turn', 'text', required)
      .addPrimaryKeyConstraint('conversation_messages_key', ['conversation', 'position'])
      .execute()
  }
}
