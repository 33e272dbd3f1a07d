import type { Updateable } from 'kysely'
import type { Database } from '../database.ts'
import type { ClientKeysTable } from '../tables.ts'
import { checkName } from './check-name.ts'
import { fromRow } from './key-row.ts'
import type { ClientKey } from './types.ts'

export async function changeKey({ kysely }: Database, name: string, changes: Updateable<ClientKeysTable>): Promise<ClientKey | undefined> {
  const row = await kysely
    .updateTable('client_keys')
    // The name stays: a statement that sets nothing is none.
    .set({ name: checkName(name), ...changes })
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && fromRow(row)
}
