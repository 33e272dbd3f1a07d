import { Kysely, PostgresDialect, sql } from 'kysely'
import { Pool, TypeOverrides } from 'pg'
import type { Database } from '../database.ts'
import type { StorageError } from '../error.ts'
import type { Tables } from '../tables.ts'
import { explainPostgresError } from './explain-error.ts'
import { transactOn } from './transact.ts'

const timeoutMs = 5_000
const int8 = 20

/** Connections are made when they are needed, so a server that comes back is used again. */
export async function openPostgres(url: string, shown: string): Promise<Database> {
  const types = new TypeOverrides()
  types.setTypeParser(int8, BigInt)
  const pool = new Pool({
    connectionString: url,
    application_name: 'resoftai',
    max: 10,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    // A process that is cut off in a transaction must not keep others from its accounts.
    idle_in_transaction_session_timeout: timeoutMs,
    // For a server that is gone without a word; a little later, for what the server says is better.
    query_timeout: timeoutMs + 1_000,
    keepAlive: true,
    allowExitOnIdle: true,
    pipeline: true,
    types
  })
  // A connection that breaks says so to the query that it carries; without these it would end the process as well.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  const explain = (error: unknown) => explainPostgresError(error, shown)
  return {
    ...(await currentSchema(pool, explain)),
    kysely: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    now: sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    transact: work => transactOn(pool, work),
    explain,
    close: async () => {
      if (!pool.ending) await pool.end()
    }
  }
}

async function currentSchema(pool: Pool, explain: (error: unknown) => StorageError): Promise<{ schema?: string }> {
  try {
    const { rows } = await pool.query<{ schema: string | null }>('select current_schema() as schema')
    const schema = rows[0]?.schema
    return typeof schema === 'string' ? { schema } : {}
  } catch (error) {
    await pool.end()
    throw explain(error)
  }
}
