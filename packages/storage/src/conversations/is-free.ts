import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Nobody has the turn, or its lease is over. */
export function isFree({ now }: Database) {
  return (conversation: ExpressionBuilder<Tables, 'conversations'>): Expression<SqlBool> =>
    conversation.or([conversation('turn', 'is', null), conversation('turn_until', '<=', now)])
}
