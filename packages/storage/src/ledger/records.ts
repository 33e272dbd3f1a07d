import { setImmediate as othersTurn } from 'node:timers/promises'
import type { Database } from '../database.ts'
import type { CallRecord, RecordFilter } from '../types.ts'
import { matching } from './matching.ts'
import { fromRow } from './record-row.ts'

const pageSize = 500

/** Page by page: a ledger of any size needs the memory of one page, and keeps nothing else waiting for longer than one. */
export async function* records({ kysely }: Database, filter: RecordFilter): AsyncGenerator<CallRecord> {
  const first = kysely.selectFrom('calls').selectAll().where(matching(filter)).orderBy('at').orderBy('id').limit(pageSize)
  let page = await first.execute()
  for (;;) {
    yield* page.map(fromRow)
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    await othersTurn()
    page = await first.where(row => row(row.refTuple('at', 'id'), '>', row.tuple(last.at, last.id))).execute()
  }
}
