import type { Cost, Usage } from '@resoftai/sdk'
import type { Context } from '../context.ts'
import { showMoney } from './money.ts'

interface Measured {
  readonly usage: Usage
  readonly cost: Cost | null
  readonly durationMs: number
}

/** `18 in + 12 out = 30 tokens · ¥0.0027 · 1.1 s`; what is not known is left out, an estimate is marked with `~`. */
export function usageLine({ usage, cost, durationMs }: Measured, { text, locale }: Pick<Context, 'text' | 'locale'>): string {
  const { inputTokens, outputTokens, estimated } = usage
  const parts: string[] = []
  if (inputTokens !== undefined && outputTokens !== undefined) {
    const values = { input: inputTokens, output: outputTokens, total: usage.totalTokens ?? inputTokens + outputTokens }
    parts.push(`${estimated === true ? '~' : ''}${text('usage.tokens', values)}`)
  }
  if (cost !== null) parts.push(`${cost.estimated === true ? '~' : ''}${showMoney(cost, locale)}`)
  return [...parts, text('usage.seconds', { seconds: (durationMs / 1000).toFixed(1) })].join(' · ')
}
