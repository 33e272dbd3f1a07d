import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Tables } from '../tables.ts'
import type { RecordFilter } from '../types.ts'
import { toMs } from '../numbers.ts'

/** The condition that a filter stands for. */
export function matching(filter: RecordFilter) {
  return (builder: ExpressionBuilder<Tables, 'calls'>): Expression<SqlBool> => {
    const conditions: Expression<SqlBool>[] = []
    if (filter.since !== undefined) conditions.push(builder('at', '>=', toMs('since', Math.ceil(filter.since))))
    if (filter.until !== undefined) conditions.push(builder('at', '<', toMs('until', Math.ceil(filter.until))))
    for (const field of ['provider', 'model', 'agent', 'key'] as const) {
      const value = filter[field]
      if (value !== undefined) conditions.push(builder(field, '=', value))
    }
    return builder.and(conditions)
  }
}
