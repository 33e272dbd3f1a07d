import { decimalOf } from '@resoftai/core'
import type { Attempt, Cost } from '@resoftai/sdk'

/** Longer ones are cut: a header has little room. */
const longestWarning = 500

export interface Told {
  readonly attempts: readonly Attempt[]
  readonly cost: Cost | null
  readonly warnings: readonly string[]
  /** Since the request came, in milliseconds. */
  readonly durationMs: number
}

/** What happened, for whoever looks after a whole reply. */
export function replyHeaders({ attempts, cost, warnings, durationMs }: Told): Record<string, string> {
  const upstreamMs = attempts.reduce((sum, { durationMs: took, waitMs = 0 }) => sum + took + waitMs, 0)
  return {
    ...answerHeaders(attempts),
    'x-resoftai-attempts': String(attempts.length),
    'x-resoftai-overhead-ms': String(Math.max(0, Math.round(durationMs - upstreamMs))),
    ...(cost !== null && { 'x-resoftai-cost': `${decimalOf(cost.nanos)} ${cost.currency}` }),
    ...warningHeader(warnings)
  }
}

/** Who answered: whoever was tried last. */
export function answerHeaders(attempts: readonly Attempt[]): Record<string, string> {
  const last = attempts.at(-1)
  return last === undefined ? {} : { 'x-resoftai-provider': last.provider, 'x-resoftai-model': encode(last.model) }
}

/** A JSON list, in ASCII. */
export function warningHeader(warnings: readonly string[]): Record<string, string> {
  if (warnings.length === 0) return {}
  return { 'x-resoftai-warnings': encode(JSON.stringify(warnings.map(warning => warning.slice(0, longestWarning)).slice(0, 10))) }
}

/** Headers are ASCII: other letters as JSON escapes them. */
function encode(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
