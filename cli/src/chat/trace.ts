import type { Attempt } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import type { Translate } from '../messages/index.ts'
import { styled, type Piece } from '../output/piece.ts'
import { formatTable, type Row } from '../output/table.ts'

/** Shows the tries that calls were made of, for `--trace`. */
export interface Trace {
  /** Where calls put their tries; see `CallOptions.attempts`. */
  readonly attempts: Attempt[]
  /** Writes the tries since the last time. */
  show(): void
}

/** A trace of nothing, when nobody wants one. */
export function createTrace(wanted: boolean, { output, text }: Context): Trace {
  const attempts: Attempt[] = []
  return {
    attempts,
    show() {
      const tries = attempts.splice(0)
      if (wanted && tries.length > 0) for (const row of traceTable(tries, text)) output.note(...row)
    }
  }
}

/** One line for each try. A column without anything in it is left out. */
export function traceTable(tries: readonly Attempt[], text: Translate): readonly Row[] {
  const columns = ['try', 'model', 'why', 'key', 'phase', 'failure', 'duration', 'wait'] as const
  const rows = tries.map(({ provider, model, why, key, phase, durationMs, waitMs, ...outcome }, index) => [
    String(index + 1),
    `${provider}/${model}`,
    why === undefined ? '' : text(`trace.why.${why}`),
    key === undefined ? '' : String(key),
    text(`trace.phase.${phase}`),
    failureOf(outcome),
    timeOf(durationMs, text),
    timeOf(waitMs, text)
  ])
  return formatTable(
    columns.map(column => text(`column.${column}`)),
    rows
  )
}

/** `rate_limit 429`, `network/connect`. */
function failureOf({ kind, code, status }: Pick<Attempt, 'kind' | 'code' | 'status'>): Piece {
  if (kind === undefined) return ''
  const word = code === undefined ? kind : `${kind}/${code}`
  return styled('red', status === undefined ? word : `${word} ${status}`)
}

function timeOf(ms: number | undefined, text: Translate): string {
  if (ms === undefined) return ''
  return ms < 1000 ? text('usage.milliseconds', { ms }) : text('usage.seconds', { seconds: (ms / 1000).toFixed(1) })
}
