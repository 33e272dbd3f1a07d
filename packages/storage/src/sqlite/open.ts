import { Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import { sqliteDialect } from './dialect.ts'
import { explainSqliteError } from './explain-error.ts'
import { loadSqlite } from './load.ts'
import { makePrivateFile } from './private-file.ts'
import { sameFileCheck } from './same-file.ts'
import { createSession, type SqliteSession } from './session.ts'

const busyWaitMs = 5_000

// How long SQLite itself may wait, which blocks the whole process.
const blockingWaitMs = 2

// Each page is 4 KiB. A checkpoint waits for the disk, so fewer and larger ones.
const settings = ['pragma journal_mode = wal', 'pragma synchronous = normal', 'pragma wal_autocheckpoint = 4000']

/**
 * A write survives the death of the process as soon as it returns (WAL), but waits for the disk only now and then (`synchronous = normal`):
 * a power cut may take the last moments, never the file.
 */
export async function openSqlite(file: string, waitMs = busyWaitMs): Promise<Database> {
  const explain = (error: unknown) => explainSqliteError(error, file)
  try {
    const session = await openSession(file, waitMs)
    return {
      kysely: new Kysely<Tables>({ dialect: sqliteDialect(session) }),
      now: sql`cast(unixepoch('subsec') * 1000 as bigint)`,
      transact: session.transact,
      explain,
      close: session.close
    }
  } catch (error) {
    throw explain(error)
  }
}

async function openSession(file: string, waitMs: number): Promise<SqliteSession> {
  if (file !== ':memory:') makePrivateFile(file)
  const { DatabaseSync } = loadSqlite()
  const session = createSession(
    new DatabaseSync(file, { timeout: blockingWaitMs }),
    waitMs,
    file === ':memory:' ? undefined : sameFileCheck(file)
  )
  const { deadline, leave } = await session.enter()
  try {
    for (const setting of settings) await session.run({ sql: setting, parameters: [] }, deadline)
    leave()
    return session
  } catch (error) {
    leave()
    await session.close()
    throw error
  }
}
