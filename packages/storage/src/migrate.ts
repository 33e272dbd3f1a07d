import { Migrator } from 'kysely/migration'
import type { Database } from './database.ts'
import { StorageError } from './error.ts'
import { migrations } from './migrations/index.ts'

/** Brings the tables up to date, or to what they were after `last`. Several processes may do so at once: the first does it, the others find it done. */
export async function migrate({ kysely, schema }: Database, last?: string): Promise<void> {
  const migrator = new Migrator({
    db: kysely as never,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'resoftai_migrations',
    migrationLockTableName: 'resoftai_migration_lock',
    ...(schema !== undefined && { migrationTableSchema: schema })
  })
  const { error } = last === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(last)
  if (error === undefined) return
  if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
    throw new StorageError('usage', 'This database was made by a newer version.', 'Update ResoftAI, or use another database.', error)
  }
  throw error
}
