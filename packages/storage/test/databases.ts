import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

/** A new, empty database. */
export interface FreshDatabase {
  readonly url: string
  drop(): Promise<void>
}

export interface DatabaseKind {
  readonly name: string
  readonly fresh: () => Promise<FreshDatabase>
}

const server = process.env.RESOFTAI_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/postgres'

const memory: DatabaseKind = {
  name: 'SQLite in memory',
  fresh: async () => ({ url: 'sqlite::memory:', drop: async () => {} })
}

const file: DatabaseKind = {
  name: 'a SQLite file',
  fresh: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'resoftai-storage-'))
    return { url: `sqlite:${join(folder, 'ledger.db')}`, drop: async () => rmSync(folder, { recursive: true }) }
  }
}

export const postgres: DatabaseKind = {
  name: 'PostgreSQL',
  fresh: async () => {
    const name = `resoftai_test_${randomBytes(6).toString('hex')}`
    await administer(`create database ${name}`)
    const url = new URL(server)
    url.pathname = name
    return { url: url.href, drop: () => administer(`drop database ${name} with (force)`) }
  }
}

export const hasPostgres = await administer('select 1').then(
  () => true,
  () => false
)
if (!hasPostgres) console.info('Tests on PostgreSQL are skipped: RESOFTAI_TEST_POSTGRES names no server that answers.')

/** Those that several processes can share. */
export const shared: readonly DatabaseKind[] = hasPostgres ? [file, postgres] : [file]
export const all: readonly DatabaseKind[] = [memory, ...shared]

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: server, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
