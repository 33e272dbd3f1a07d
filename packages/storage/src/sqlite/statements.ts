import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery } from 'kysely'
import type { StatementResult } from '../database.ts'

const kept = 100

interface Statement {
  readonly prepared: StatementSync
  readonly returnsRows: boolean
}

/** Runs SQL, and keeps what was prepared for the next time: preparing takes longer than running. */
export function statementRunner(database: DatabaseSync): (query: Pick<CompiledQuery, 'sql' | 'parameters'>) => StatementResult {
  const cache = new Map<string, Statement>()

  function prepare(sql: string): Statement {
    const prepared = database.prepare(sql)
    prepared.setReadBigInts(true)
    const statement = { prepared, returnsRows: prepared.columns().length > 0 }
    const [oldest] = cache.keys()
    if (cache.size >= kept && oldest !== undefined) cache.delete(oldest)
    cache.set(sql, statement)
    return statement
  }

  return ({ sql, parameters }) => {
    const { prepared, returnsRows } = cache.get(sql) ?? prepare(sql)
    const values = parameters as readonly SQLInputValue[]
    if (returnsRows) {
      const rows = prepared.all(...values)
      return { rows, changes: rows.length }
    }
    return { rows: [], changes: Number(prepared.run(...values).changes) }
  }
}
