import type { Database } from '../database.ts'
import { fromRow } from './key-row.ts'
import type { ClientKey, KeyStore } from './types.ts'

export async function findKey({ kysely, now }: Database, digest: string): ReturnType<KeyStore['find']> {
  const row = await kysely
    .selectFrom('client_key_secrets')
    .innerJoin('client_keys', 'client_keys.id', 'client_key_secrets.key')
    .selectAll('client_keys')
    .select('client_key_secrets.digest')
    .where('client_key_secrets.digest', '=', digest)
    .where(secret => secret.or([secret('valid_until', 'is', null), secret('valid_until', '>', now)]))
    .executeTakeFirst()
  return row && { key: fromRow(row), digest: row.digest }
}

export async function listKeys({ kysely }: Database): Promise<ClientKey[]> {
  const rows = await kysely.selectFrom('client_keys').selectAll().orderBy('created_at').orderBy('name').execute()
  return rows.map(fromRow)
}
