import { randomUUID } from 'node:crypto'
import type { Database } from '../database.ts'
import { StorageError } from '../error.ts'
import type { ClientKeysTable } from '../tables.ts'
import { addSecret } from './add-secret.ts'
import { checkName } from './check-name.ts'
import { changedColumns, fromRow } from './key-row.ts'
import type { ClientKey, KeyStore } from './types.ts'

export async function createKey({ kysely, now, transact }: Database, key: Parameters<KeyStore['create']>[0]): Promise<ClientKey> {
  const { name, role, shown, digest } = key
  const id = randomUUID()
  const insert = kysely
    .insertInto('client_keys')
    .values({ id, name: checkName(name), role, shown, created_at: now, budgets: '[]', ...changedColumns(key) })
    .onConflict(conflict => conflict.column('name').where('revoked_at', 'is', null).doNothing())
    .returningAll()
    .compile()
  return transact(async transaction => {
    const [inserted] = await transaction.run(insert)
    const [row] = (inserted?.rows ?? []) as ClientKeysTable[]
    if (row === undefined) throw new StorageError('usage', `There is a key "${name}" already.`, 'Use another name, or revoke that key.')
    await addSecret(transaction, kysely, digest, id)
    await transaction.commit()
    return fromRow(row)
  })
}
