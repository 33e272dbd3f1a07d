import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeHome } from './support.ts'

interface PostgresClient {
  connect(): Promise<unknown>
  query(statement: string, values: readonly string[]): Promise<unknown>
  end(): Promise<void>
}

const require = createRequire(join(import.meta.dirname, '../../packages/storage/package.json'))
// What the storage itself is installed with.
const { Client } = require('pg') as { readonly Client: new (options: { readonly connectionString: string }) => PostgresClient }
/** Where databases may be made. */
const server = process.env['RESOFTAI_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

/** A database of its own for the books, and a way to look into it from beside. */
export interface Place extends AsyncDisposable {
  readonly home: string
  readonly url: string
  /** Ends the leases of all holds of one process, as their time would. */
  expire(beginning: string): Promise<void>
}

export function onSqlite(): Promise<Place> {
  const home = makeHome()
  const file = join(home, 'books.db')
  return Promise.resolve({
    home,
    url: `sqlite:${file}`,
    async expire(beginning) {
      const database = new DatabaseSync(file, { timeout: 5_000 })
      database.prepare('update holds set expires_at = 0 where id like ?').run(`${beginning}%`)
      database.close()
    },
    async [Symbol.asyncDispose]() {
      rmSync(home, { recursive: true, force: true })
    }
  })
}

export async function onPostgres(): Promise<Place> {
  const home = makeHome()
  const name = `resoftai_${randomUUID().replaceAll('-', '')}`
  await ask(server, `create database ${name}`)
  // A disk may need a tenth of a second for each commit; no test here ends the server.
  await ask(server, `alter database ${name} set synchronous_commit = off`)
  const { href: url } = Object.assign(new URL(server), { pathname: name })
  return {
    home,
    url,
    expire: beginning => ask(url, 'update holds set expires_at = 0 where id like $1', [`${beginning}%`]),
    async [Symbol.asyncDispose]() {
      await ask(server, `drop database ${name} with (force)`)
      rmSync(home, { recursive: true, force: true })
    }
  }
}

async function ask(url: string, statement: string, values: readonly string[] = []): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement, values)
  } finally {
    await client.end()
  }
}

async function answers(): Promise<boolean> {
  try {
    await ask(server, 'select 1')
    return true
  } catch {
    return false
  }
}

export const hasPostgres = await answers()
if (!hasPostgres) console.info('Tests on PostgreSQL are skipped: RESOFTAI_TEST_POSTGRES names no server that answers.')
