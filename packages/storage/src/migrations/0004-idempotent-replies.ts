import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

export const idempotentReplies: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('idempotent_replies')
      .addColumn('id', 'text', column => column.notNull().primaryKey())
      .addColumn('fingerprint', 'text', required)
      .addColumn('holder', 'text')
      .addColumn('until', 'bigint', required)
      .addColumn('bytes', 'bigint', required)
      .addColumn('status', 'bigint')
      .addColumn('headers', 'text')
      .addColumn('body', 'text')
      .execute()
    // With `bytes`, so that their sum is read without the answers.
    await db.schema.createIndex('idempotent_replies_until').on('idempotent_replies').columns(['until', 'bytes']).execute()
  }
}
