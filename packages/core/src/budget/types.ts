import type { BudgetConfig } from '../config/index.ts'

export type Per = BudgetConfig['per']

/** What a budget can be about. */
export type Subject = 'provider' | 'model' | 'agent' | 'key'

/** A limit on what calls may cost, ready to be asked. */
export interface Budget {
  /** What its balance is kept under: the same for the same budget, whatever its limit. */
  readonly id: string
  /** For people. */
  readonly name: string
  readonly per: Per
  readonly limitNanos: bigint
  readonly currency: string
  /** Only calls that are about all of these count. */
  readonly only: Readonly<Partial<Record<Subject, string>>>
  /** Each of these has the whole limit for itself. */
  readonly each: Subject | undefined
  readonly zone: string
  /** Shares of the limit in percent, growing. */
  readonly warnAt: readonly number[]
  /** What is done about calls whose price is not known. */
  readonly unpriced: 'refuse' | 'allow'
}

/** What a call is about; a model is `provider/model`. */
export type Subjects = Readonly<Record<Subject, string | undefined>>

/** How a budget stands. */
export interface BudgetState {
  readonly name: string
  readonly per: Per
  readonly period: string
  /** Which provider, model, agent or key; empty for a limit that all share. */
  readonly scope: string
  readonly currency: string
  readonly limitNanos: bigint
  readonly settledNanos: bigint
  /** What running calls may need at most. */
  readonly reservedNanos: bigint
  /** Milliseconds since 1970. */
  readonly resetsAt: number | null
}
