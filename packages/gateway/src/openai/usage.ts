import type { Usage } from '@resoftai/sdk'

type Counts = { -readonly [Field in keyof Usage]: Usage[Field] }

const counted = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedTokens', 'cacheWriteTokens', 'reasoningTokens'] as const

/** OpenAI's words for it. What is not known is absent, never 0; `null` when nothing is. */
export function writeUsage(usage: Usage): unknown {
  const { inputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, estimated } = usage
  const outputTokens = wholeOutput(usage)
  const totalTokens =
    usage.totalTokens ?? (inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens)
  if (totalTokens === undefined && inputTokens === undefined && outputTokens === undefined) return null
  const hasInputDetails = cachedTokens !== undefined || cacheWriteTokens !== undefined
  return {
    ...(inputTokens !== undefined && { prompt_tokens: inputTokens }),
    ...(outputTokens !== undefined && { completion_tokens: outputTokens }),
    ...(totalTokens !== undefined && { total_tokens: totalTokens }),
    ...(hasInputDetails && {
      prompt_tokens_details: {
        ...(cachedTokens !== undefined && { cached_tokens: cachedTokens }),
        ...(cacheWriteTokens !== undefined && { cache_write_tokens: cacheWriteTokens })
      }
    }),
    ...(reasoningTokens !== undefined && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
    ...(estimated === true && { estimated })
  }
}

/** Some vendors count reasoning apart, which shows in the total only; OpenAI's clients know it as a part of the completion. */
function wholeOutput({ inputTokens, outputTokens, totalTokens }: Usage): number | undefined {
  if (outputTokens === undefined || inputTokens === undefined || totalTokens === undefined) return outputTokens
  return Math.max(outputTokens, totalTokens - inputTokens)
}

/** Of several replies to one question: each was paid for. */
export function sumUsages(usages: readonly Usage[]): Usage {
  if (usages.length === 1) return usages[0] as Usage
  const sum: Counts = {}
  for (const usage of usages) {
    for (const field of counted) {
      const count = usage[field]
      if (count !== undefined) sum[field] = (sum[field] ?? 0) + count
    }
    if (usage.estimated === true) sum.estimated = true
  }
  return sum
}
