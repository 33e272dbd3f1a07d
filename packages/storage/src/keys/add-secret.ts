import type { Kysely } from 'kysely'
import type { Transaction } from '../database.ts'
import { StorageError } from '../error.ts'
import type { Tables } from '../tables.ts'

/** A secret is of one key. */
export async function addSecret({ run }: Transaction, kysely: Kysely<Tables>, digest: string, key: string): Promise<void> {
  const insert = kysely
    .insertInto('client_key_secrets')
    .values({ digest, key, valid_until: null })
    .onConflict(conflict => conflict.doNothing())
  const [added] = await run(insert.compile())
  if (added?.changes !== 1) throw new StorageError('usage', 'A key has this secret already.', 'Make a new one for each key.')
}
