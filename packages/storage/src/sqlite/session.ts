import type { DatabaseSync } from 'node:sqlite'
import type { CompiledQuery } from 'kysely'
import type { Database, StatementResult } from '../database.ts'
import { statementRunner } from './statements.ts'
import { createTurns } from './turns.ts'
import { waitWhileBusy } from './wait-while-busy.ts'

type Query = Pick<CompiledQuery, 'sql' | 'parameters'>

/** The one connection to a file. Transactions take turns on it; another process is waited for until a deadline. */
export interface SqliteSession {
  /** Waits for the turn. The deadline counts from the call, so that those who wait behind others do not wait again. */
  readonly enter: () => Promise<{ readonly deadline: number; readonly leave: () => void }>
  readonly run: (query: Query, deadline: number) => Promise<StatementResult>
  readonly rollBack: () => void
  readonly transact: Database['transact']
  readonly close: () => Promise<void>
}

const begin: Query = { sql: 'begin immediate', parameters: [] }
const commit: Query = { sql: 'commit', parameters: [] }
const rollback: Query = { sql: 'rollback', parameters: [] }

/** `check` throws when the file can no longer be written to. */
export function createSession(database: DatabaseSync, busyWaitMs: number, check: () => void = () => {}): SqliteSession {
  const turn = createTurns()
  const runNow = statementRunner(database)

  const session: SqliteSession = {
    async enter() {
      const deadline = performance.now() + busyWaitMs
      return { deadline, leave: await turn() }
    },

    run: (query, deadline) => waitWhileBusy(() => runNow(query), database.isTransaction ? 0 : deadline),

    // A full disk has already rolled back.
    rollBack() {
      if (database.isTransaction) runNow(rollback)
    },

    async transact(work) {
      const { deadline, leave } = await session.enter()
      try {
        check()
        await session.run(begin, deadline)
        return await work({
          run: async (...statements) => statements.map(runNow),
          commit: async (...statements) => {
            const results = statements.map(runNow)
            runNow(commit)
            return results
          }
        })
      } finally {
        try {
          session.rollBack()
        } finally {
          leave()
        }
      }
    },

    async close() {
      const { leave } = await session.enter()
      if (database.isOpen) database.close()
      leave()
    }
  }
  return session
}
