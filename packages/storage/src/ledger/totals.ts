import { sql, type RawBuilder } from 'kysely'
import type { Database } from '../database.ts'
import type { RecordFilter, Totals, TotalsBy } from '../types.ts'
import { matching } from './matching.ts'

/** A quarter of an hour: every time zone's midnight begins one. */
const bucketMs = 900_000

const groups: Readonly<Record<TotalsBy, RawBuilder<unknown>>> = {
  time: sql`at / ${sql.lit(bucketMs)} * ${sql.lit(bucketMs)}`,
  provider: sql.ref('provider'),
  model: sql.ref('model'),
  agent: sql.ref('agent'),
  key: sql.ref('key')
}

/** The currency of a cost that is not known says nothing. */
const currency = sql<string | null>`case when cost_nanos is null then null else currency end`

const count = (condition: RawBuilder<unknown>) => sql<bigint>`cast(sum(case when ${condition} then 1 else 0 end) as bigint)`
const sum = (column: string) => sql<bigint>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`

export async function totals({ kysely }: Database, filter: RecordFilter, by: readonly TotalsBy[]): Promise<Totals[]> {
  const group = <Value>(name: TotalsBy) => (by.includes(name) ? groups[name] : sql`null`) as RawBuilder<Value | null>
  const rows = await kysely
    .selectFrom('calls')
    .where(matching(filter))
    .select([
      group<bigint>('time').as('time'),
      group<string>('provider').as('provider'),
      group<string>('model').as('model'),
      group<string>('agent').as('agent'),
      group<string>('key').as('key'),
      currency.as('currency'),
      sql<bigint>`count(*)`.as('calls'),
      count(sql`status <> 'finished'`).as('failed'),
      count(sql`estimated = 1`).as('estimated'),
      count(sql`cost_nanos is null and (input_tokens is not null or output_tokens is not null)`).as('unpriced'),
      sum('input_tokens').as('input_tokens'),
      sum('output_tokens').as('output_tokens'),
      sum('cost_nanos').as('cost_nanos')
    ])
    .groupBy([...new Set(by)].map(name => groups[name]))
    .groupBy(currency)
    .execute()
  return rows.map(row => ({
    time: row.time === null ? null : Number(row.time),
    provider: row.provider,
    model: row.model,
    agent: row.agent,
    key: row.key,
    currency: row.currency,
    calls: Number(row.calls),
    failed: Number(row.failed),
    estimated: Number(row.estimated),
    unpriced: Number(row.unpriced),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    costNanos: row.cost_nanos
  }))
}
