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
  const values = {
    input: inputTokens ?? 0,
    output: outputTokens ?? 0,
    total: usage.totalTokens ?? (inputTokens ?? 0) + (outputTokens ?? 0)
  }
  const isKnown = inputTokens !== undefined && outputTokens !== undefined
  return [
    ...(isKnown ? [`${estimated === true ? '~' : ''}${text('usage.tokens', values)}`] : []),
    ...(cost === null ? [] : [`${cost.estimated === true ? '~' : ''}${showMoney(cost, locale)}`]),
    text('usage.seconds', { seconds: (durationMs / 1000).toFixed(1) })
  ].join(' · ')
}
