import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import type { StorageError } from './error.ts'
import type { Tables } from './tables.ts'

/** What the repositories need of a database; the rest is the same for all. */
export interface Database {
  readonly kysely: Kysely<Tables>
  /** Where the tables are, if the database has schemas. */
  readonly schema?: string
  /** Milliseconds since 1970 by the clock of the database: machines that share it may disagree about the time. */
  readonly now: RawBuilder<bigint>
  /** Runs `work` in one transaction, which is rolled back if `work` ends without a commit. */
  readonly transact: <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>
  /** Says what an error of the driver means. */
  readonly explain: (error: unknown) => StorageError
  readonly close: () => Promise<void>
}

export interface Transaction {
  /** Runs statements in this order, in one round trip where the database can. */
  readonly run: (...statements: readonly CompiledQuery[]) => Promise<readonly StatementResult[]>
  /** The same for the last statements, with the commit. */
  readonly commit: (...statements: readonly CompiledQuery[]) => Promise<readonly StatementResult[]>
}

export interface StatementResult {
  readonly rows: readonly unknown[]
  readonly changes: number
}
