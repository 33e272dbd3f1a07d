import type { ColumnDefinitionBuilder, Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

export const clientKeys: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('client_keys')
      .addColumn('id', 'text', column => column.notNull().primaryKey())
      .addColumn('name', 'text', required)
      .addColumn('role', 'text', required)
      .addColumn('shown', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('models', 'text')
      .addColumn('budgets', 'text', required)
      .addColumn('requests_per_minute', 'bigint')
      .addColumn('tokens_per_minute', 'bigint')
      .addColumn('parallel', 'bigint')
      .execute()
    await db.schema
      .createIndex('client_keys_name')
      .unique()
      .on('client_keys')
      .column('name')
      .where('revoked_at' as never, 'is', null)
      .execute()

    await db.schema
      .createTable('client_key_secrets')
      .addColumn('digest', 'text', column => column.notNull().primaryKey())
      .addColumn('key', 'text', required)
      .addColumn('valid_until', 'bigint')
      .execute()
    await db.schema.createIndex('client_key_secrets_key').on('client_key_secrets').column('key').execute()
  }
}
