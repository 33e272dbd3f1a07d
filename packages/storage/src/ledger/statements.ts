import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { prepare } from '../prepare.ts'
import type { CallsTable, HeldAmountsTable } from '../tables.ts'
import type { AccountName } from '../types.ts'

export type Statements = ReturnType<typeof prepareStatements>

const callColumns = [
  'id',
  'at',
  'provider',
  'model',
  'answered_model',
  'agent',
  'key',
  'status',
  'input_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'estimated',
  'cost_nanos',
  'currency',
  'rates',
  'attempts',
  'duration_ms',
  'first_event_ms',
  'unreserved',
  'given_up'
] as const satisfies readonly (keyof CallsTable)[]

/** What every call runs, compiled once. */
export function prepareStatements({ kysely, now }: Database) {
  const insertCall = (value: (column: keyof CallsTable) => unknown) =>
    kysely.insertInto('calls').values(Object.fromEntries(callColumns.map(column => [column, value(column)])) as never)

  return {
    /** Changes one row, or none where there is no room or no account. Numeric: what is too large for an integer has no room either. */
    take: prepare<AccountName & { amount: bigint; limit: bigint }>(value =>
      kysely
        .updateTable('accounts')
        .set({ reserved: sql`reserved + ${value('amount')}` })
        .where('budget', '=', value('budget'))
        .where('period', '=', value('period'))
        .where('scope', '=', value('scope'))
        .where(sql<boolean>`cast(settled as numeric) + reserved + ${value('amount')} <= ${value('limit')}`)
    ),

    /** The account as it is, and nobody changes it until the transaction ends: both databases know that by an update that changes nothing. */
    look: prepare<AccountName>(value =>
      kysely
        .updateTable('accounts')
        .set({ reserved: sql`reserved` })
        .where('budget', '=', value('budget'))
        .where('period', '=', value('period'))
        .where('scope', '=', value('scope'))
        .returning(['budget', 'period', 'scope', 'settled', 'reserved'])
    ),

    /** `charge` becomes settled, `released` is no longer reserved. The account is made if there is none. */
    charge: prepare<AccountName & { charge: bigint; released: bigint }>(value =>
      kysely
        .insertInto('accounts')
        .values({ budget: value('budget'), period: value('period'), scope: value('scope'), settled: value('charge'), reserved: 0n })
        .onConflict(conflict =>
          conflict.columns(['budget', 'period', 'scope']).doUpdateSet({
            settled: sql`accounts.settled + excluded.settled`,
            reserved: sql`accounts.reserved - cast(${value('released')} as bigint)`
          })
        )
        .returning(['budget', 'period', 'scope', 'settled', 'reserved'])
    ),

    beginHold: prepare<{ id: string; leaseMs: bigint; record: string }>(value =>
      kysely.insertInto('holds').values({
        id: value('id'),
        expires_at: sql`${now} + cast(${value('leaseMs')} as bigint)`,
        record: value('record')
      })
    ),

    holdAmount: prepare<HeldAmountsTable>(value =>
      kysely.insertInto('held_amounts').values({
        hold: value('hold'),
        budget: value('budget'),
        period: value('period'),
        scope: value('scope'),
        amount: value('amount')
      })
    ),

    endHold: prepare<{ id: string }>(value => kysely.deleteFrom('holds').where('id', '=', value('id')).returning('record')),

    endExpiredHold: prepare<{ id: string }>(value =>
      kysely.deleteFrom('holds').where('id', '=', value('id')).where('expires_at', '<=', now).returning('record')
    ),

    releaseAmounts: prepare<{ hold: string }>(value =>
      kysely.deleteFrom('held_amounts').where('hold', '=', value('hold')).returning(['budget', 'period', 'scope', 'amount'])
    ),

    /** Changes one row, or none if the call was settled before. */
    keepCall: prepare<CallsTable>(value =>
      insertCall(value).onConflict(conflict =>
        conflict
          .column('id')
          .doUpdateSet(Object.fromEntries(callColumns.map(column => [column, sql`excluded.${sql.ref(column)}`])) as never)
          .where('calls.given_up', '=', 1n)
      )
    ),

    /** The call of a dead process. What is settled already stays. */
    keepLostCall: prepare<CallsTable>(value => insertCall(value).onConflict(conflict => conflict.column('id').doNothing()))
  }
}
