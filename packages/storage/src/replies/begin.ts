import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { toMs } from '../numbers.ts'
import type { IdempotentRepliesTable } from '../tables.ts'
import { checkDigest } from './check-text.ts'
import type { BegunReply, KeptReply } from './types.ts'

export async function beginReply({ kysely, now }: Database, id: string, fingerprint: string, leaseMs: number): Promise<BegunReply> {
  const holder = randomUUID()
  const begun = {
    fingerprint: checkDigest(fingerprint),
    holder,
    until: sql<bigint>`${now} + cast(${toMs('leaseMs', leaseMs)} as bigint)`,
    bytes: 0n,
    status: null,
    headers: null,
    body: null
  }
  // One statement: of several at once, the others wait for the row and then see that it is taken.
  const take = kysely
    .insertInto('idempotent_replies')
    .values({ id: checkDigest(id), ...begun })
    .onConflict(conflict => conflict.column('id').doUpdateSet(begun).where('idempotent_replies.until', '<=', now))
  const look = kysely.selectFrom('idempotent_replies').selectAll().where('id', '=', id).where('until', '>', now)
  for (;;) {
    const { numInsertedOrUpdatedRows } = await take.executeTakeFirstOrThrow()
    if (numInsertedOrUpdatedRows === 1n) return { outcome: 'begun', holder }
    const row = await look.executeTakeFirst()
    // Where it is gone since, it can be begun.
    if (row !== undefined) return fromRow(row, fingerprint)
  }
}

function fromRow(row: IdempotentRepliesTable, fingerprint: string): BegunReply {
  if (row.fingerprint !== fingerprint) return { outcome: 'different' }
  return row.holder === null ? { outcome: 'kept', reply: replyOf(row) } : { outcome: 'running' }
}

function replyOf({ status, headers, body }: IdempotentRepliesTable): KeptReply | null {
  if (status === null || headers === null || body === null) return null
  return { status: Number(status), headers: JSON.parse(headers) as KeptReply['headers'], body }
}
