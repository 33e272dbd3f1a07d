import type { CompiledQuery } from 'kysely'
import type { Pool, PoolClient, QueryResult } from 'pg'
import type { StatementResult, Transaction } from '../database.ts'

/** Statements are sent without waiting for each other: a transaction takes as many round trips as it has steps. */
export async function transactOn<T>(pool: Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let begun = false
  let committed = false

  async function send(statements: readonly CompiledQuery[], last?: 'commit'): Promise<readonly StatementResult[]> {
    const first = begun ? [] : [client.query('begin isolation level read committed')]
    begun = true
    const sent = statements.map(({ sql, parameters }) => client.query(sql, [...parameters]))
    const end = last === undefined ? [] : [client.query(last)]
    // All are waited for, for each says why it failed; the first is the cause.
    const outcomes = await Promise.allSettled([...first, ...sent, ...end])
    const results = outcomes.map(valueOf)
    committed = last !== undefined
    return results.slice(first.length, first.length + sent.length).map(({ rows, rowCount }) => ({ rows, changes: rowCount ?? 0 }))
  }

  try {
    return await work({ run: (...statements) => send(statements), commit: (...statements) => send(statements, 'commit') })
  } finally {
    const usable = !begun || committed || (await rollBack(client))
    client.release(!usable)
  }
}

/** `false`: the connection is broken. It is closed then, and the server rolls back. */
async function rollBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false
  }
}

function valueOf(outcome: PromiseSettledResult<QueryResult>): QueryResult {
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
