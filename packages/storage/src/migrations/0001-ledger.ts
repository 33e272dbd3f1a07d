import { sql, type ColumnDefinitionBuilder, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

const required = (column: ColumnDefinitionBuilder) => column.notNull()

/** SQLite turns a sum that is too large into a float; a check refuses it, as PostgreSQL does without one. */
const amount = (name: string) => (column: ColumnDefinitionBuilder) =>
  column.notNull().check(sql`${sql.ref(name)} between 0 and 9000000000000000000`)

export const ledger: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('calls')
      .addColumn('id', 'text', column => column.notNull().primaryKey())
      .addColumn('at', 'bigint', required)
      .addColumn('provider', 'text', required)
      .addColumn('model', 'text', required)
      .addColumn('answered_model', 'text')
      .addColumn('agent', 'text')
      .addColumn('key', 'text')
      .addColumn('status', 'text', required)
      .addColumn('input_tokens', 'bigint')
      .addColumn('cached_tokens', 'bigint')
      .addColumn('cache_write_tokens', 'bigint')
      .addColumn('output_tokens', 'bigint')
      .addColumn('reasoning_tokens', 'bigint')
      .addColumn('estimated', 'bigint', required)
      .addColumn('cost_nanos', 'bigint')
      .addColumn('currency', 'text')
      .addColumn('rates', 'text', required)
      .addColumn('attempts', 'bigint', required)
      .addColumn('duration_ms', 'double precision', required)
      .addColumn('first_event_ms', 'double precision')
      .addColumn('unreserved', 'bigint', required)
      .addColumn('given_up', 'bigint', required)
      .execute()
    // Every question has a time, and pages go by it. More indexes would cost each call more than they save.
    await db.schema.createIndex('calls_at').on('calls').columns(['at', 'id']).execute()

    await db.schema
      .createTable('accounts')
      .addColumn('budget', 'text', required)
      .addColumn('period', 'text', required)
      .addColumn('scope', 'text', required)
      .addColumn('settled', 'bigint', amount('settled'))
      .addColumn('reserved', 'bigint', amount('reserved'))
      .addPrimaryKeyConstraint('accounts_key', ['budget', 'period', 'scope'])
      .execute()

    // As long as there are calls running, so no index on the end of their leases.
    await db.schema
      .createTable('holds')
      .addColumn('id', 'text', column => column.notNull().primaryKey())
      .addColumn('expires_at', 'bigint', required)
      .addColumn('record', 'text', required)
      .execute()

    await db.schema
      .createTable('held_amounts')
      .addColumn('hold', 'text', required)
      .addColumn('budget', 'text', required)
      .addColumn('period', 'text', required)
      .addColumn('scope', 'text', required)
      .addColumn('amount', 'bigint', amount('amount'))
      .addPrimaryKeyConstraint('held_amounts_key', ['hold', 'budget', 'period', 'scope'])
      .execute()
  }
}
