import type { Usage } from '@resoftai/sdk'
import type { Translate } from '../messages/index.ts'

/** `18 in + 12 out = 30 tokens · 1.1 s`; what the vendor did not report is left out, an estimate is marked with `~`. */
export function usageLine(usage: Usage, durationMs: number, text: Translate): string {
  const seconds = text('usage.seconds', { seconds: (durationMs / 1000).toFixed(1) })
  const { inputTokens, outputTokens, estimated } = usage
  if (inputTokens === undefined || outputTokens === undefined) return seconds
  const values = { input: inputTokens, output: outputTokens, total: usage.totalTokens ?? inputTokens + outputTokens }
  return `${estimated === true ? '~' : ''}${text('usage.tokens', values)} · ${seconds}`
}
