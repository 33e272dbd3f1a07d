import { randomUUID } from 'node:crypto'
import type { Database } from '../src/database.ts'
import type { AccountName, CallRecord, Hold, LedgerStore, RecordFilter } from '../src/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'

export function sampleRecord(fields: Partial<CallRecord> = {}): CallRecord {
  return {
    id: randomUUID(),
    at: Date.UTC(2026, 10, 21, 12),
    provider: 'zhipu',
    model: 'glm-4.6',
    answeredModel: 'glm-4.6-0930',
    agent: null,
    key: null,
    status: 'finished',
    inputTokens: 1_000,
    cachedTokens: 200,
    cacheWriteTokens: null,
    outputTokens: 300,
    reasoningTokens: 0,
    estimated: false,
    costNanos: 2_700_000n,
    currency: 'CNY',
    rates: [],
    attempts: 1,
    durationMs: 1_100.25,
    firstEventMs: 310,
    unreserved: false,
    ...fields
  }
}

export const account: AccountName = { budget: 'team', period: '2026-11', scope: '' }

/** On one account; `amountNanos` of `limitNanos`. */
export function sampleHold(amountNanos: bigint, limitNanos: bigint, fields: Partial<Hold> = {}): Hold {
  const record = sampleRecord({ status: 'cancelled', costNanos: null, currency: null })
  return { id: record.id, leaseMs: 60_000, record, accounts: [{ ...account, amountNanos, limitNanos }], ...fields }
}

export async function listRecords(store: LedgerStore, filter: RecordFilter = {}): Promise<CallRecord[]> {
  const found: CallRecord[] = []
  for await (const record of store.records(filter)) found.push(record)
  return found
}

export async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => error
  )
}

/** A database without its tables. */
export function openRaw(url: string): Promise<Database> {
  return url.startsWith('sqlite:') ? openSqlite(url.slice('sqlite:'.length)) : openPostgres(url, 'test')
}
