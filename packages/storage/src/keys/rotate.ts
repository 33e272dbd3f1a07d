import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import type { ClientKeysTable } from '../tables.ts'
import { addSecret } from './add-secret.ts'
import { checkName } from './check-name.ts'
import { fromRow } from './key-row.ts'
import type { ClientKey, NewSecret } from './types.ts'

export async function rotateKey(
  { kysely, now, transact }: Database,
  name: string,
  { digest, shown, graceUntil }: NewSecret
): Promise<ClientKey | undefined> {
  const until = toMs('graceUntil', graceUntil)
  const change = kysely
    .updateTable('client_keys')
    .set({ shown })
    .where('name', '=', checkName(name))
    .where('revoked_at', 'is', null)
    .returningAll()
  const removeOver = (key: string) => kysely.deleteFrom('client_key_secrets').where('key', '=', key).where('valid_until', '<=', now)
  const endOthers = (key: string) =>
    kysely
      .updateTable('client_key_secrets')
      .set({ valid_until: until })
      .where('key', '=', key)
      .where(secret => secret.or([secret('valid_until', 'is', null), secret('valid_until', '>', until)]))

  return transact(async transaction => {
    // The key first: of two that rotate it at once, the second waits here, and then sees the secret of the first.
    const [changed] = await transaction.run(change.compile())
    const [row] = (changed?.rows ?? []) as ClientKeysTable[]
    if (row === undefined) return undefined
    await transaction.run(removeOver(row.id).compile(), endOthers(row.id).compile())
    await addSecret(transaction, kysely, digest, row.id)
    await transaction.commit()
    return fromRow(row)
  })
}
