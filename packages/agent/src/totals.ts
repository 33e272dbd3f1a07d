import type { Cost, Usage } from '@resoftai/sdk'

const tokenFields = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedTokens', 'cacheWriteTokens', 'reasoningTokens'] as const

/** The sum of what was reported; a field that nobody reported stays absent. */
export function sumUsage(usages: readonly Usage[]): Usage {
  const total: { -readonly [Field in keyof Usage]: Usage[Field] } = {}
  for (const usage of usages) {
    for (const field of tokenFields) {
      const tokens = usage[field]
      if (tokens !== undefined) total[field] = (total[field] ?? 0) + tokens
    }
    if (usage.estimated === true) total.estimated = true
  }
  return total
}

/** `null` when a part is unknown, when currencies are mixed, and when there is nothing to add. */
export function sumCost(costs: readonly (Cost | null)[]): Cost | null {
  const [first] = costs
  if (first === undefined || first === null) return null
  let nanos = 0n
  for (const cost of costs) {
    if (cost === null || cost.currency !== first.currency) return null
    nanos += cost.nanos
  }
  return { nanos, currency: first.currency, ...(costs.some(cost => cost?.estimated === true) && { estimated: true }) }
}
