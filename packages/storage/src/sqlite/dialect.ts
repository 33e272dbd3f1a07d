import { SqliteIntrospector, SqliteQueryCompiler, type DatabaseConnection, type Dialect } from 'kysely'
import type { SqliteSession } from './session.ts'

interface Connection extends DatabaseConnection {
  readonly deadline: number
  readonly leave: () => void
}

/** Kysely over one session, for the migrations and for what is not asked often. */
export function sqliteDialect(session: SqliteSession): Dialect {
  const command = (sql: string) => ({ sql, parameters: [] })
  return {
    createAdapter: () => ({
      supportsCreateIfNotExists: true,
      supportsMultipleConnections: true,
      supportsTransactionalDdl: true,
      supportsReturning: true,
      supportsOutput: false,
      // A transaction begins with the lock for writing.
      acquireMigrationLock: async () => {},
      releaseMigrationLock: async () => {}
    }),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: kysely => new SqliteIntrospector(kysely),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async (): Promise<Connection> => {
        const { deadline, leave } = await session.enter()
        return {
          deadline,
          leave,
          executeQuery: async query => {
            const { rows, changes } = await session.run(query, deadline)
            return { rows: rows as never[], numAffectedRows: BigInt(changes) }
          },
          streamQuery: () => {
            throw new Error('SQLite rows are read in pages.')
          }
        }
      },
      beginTransaction: async connection => {
        await session.run(command('begin immediate'), (connection as Connection).deadline)
      },
      commitTransaction: async connection => {
        await session.run(command('commit'), (connection as Connection).deadline)
      },
      rollbackTransaction: async () => session.rollBack(),
      releaseConnection: async connection => (connection as Connection).leave(),
      // The session is closed by who opened it.
      destroy: async () => {}
    })
  }
}
