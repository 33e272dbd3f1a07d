import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { toMs, toWhole } from '../numbers.ts'
import { checkBody } from './check-text.ts'
import type { KeptReply } from './types.ts'

/** About what a row takes beside its texts, so that a great many small ones are bounded too. */
const rowBytes = 1_024

/** How much of the room for answers one takes. */
export function bytesOf(reply: KeptReply | null): number {
  return rowBytes + (reply === null ? 0 : Buffer.byteLength(reply.body))
}

export async function keepReply(
  { kysely, now }: Database,
  id: string,
  holder: string,
  reply: KeptReply | null,
  keepMs: number
): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('idempotent_replies')
    .set({
      holder: null,
      until: sql`${now} + cast(${toMs('keepMs', keepMs)} as bigint)`,
      bytes: BigInt(bytesOf(reply)),
      ...(reply !== null && {
        status: toWhole('status', reply.status),
        headers: JSON.stringify(reply.headers),
        body: checkBody(reply.body)
      })
    })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function renewReply({ kysely, now }: Database, id: string, holder: string, leaseMs: number): Promise<boolean> {
  const { numUpdatedRows } = await kysely
    .updateTable('idempotent_replies')
    .set({ until: sql`${now} + cast(${toMs('leaseMs', leaseMs)} as bigint)` })
    .where('id', '=', id)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function releaseReply({ kysely }: Database, id: string, holder: string): Promise<boolean> {
  const { numDeletedRows } = await kysely
    .deleteFrom('idempotent_replies')
    .where('id', '=', id)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}
