import type { Usage } from '@resoftai/sdk'

/** Anthropic's words for it: cached input is counted apart. Its clients add both totals up, so what is not known is 0 there and absent elsewhere. */
export function writeUsage(usage: Usage): Readonly<Record<string, unknown>> {
  const { inputTokens = 0, cachedTokens, cacheWriteTokens, reasoningTokens, estimated } = usage
  return {
    input_tokens: Math.max(0, inputTokens - (cachedTokens ?? 0) - (cacheWriteTokens ?? 0)),
    ...(cacheWriteTokens !== undefined && { cache_creation_input_tokens: cacheWriteTokens }),
    ...(cachedTokens !== undefined && { cache_read_input_tokens: cachedTokens }),
    output_tokens: wholeOutput(usage),
    ...(reasoningTokens !== undefined && { output_tokens_details: { thinking_tokens: reasoningTokens } }),
    ...(estimated === true && { estimated })
  }
}

/** Some vendors count reasoning apart, which shows in the total only; here it is a part of the output. */
function wholeOutput({ inputTokens, outputTokens = 0, totalTokens }: Usage): number {
  if (inputTokens === undefined || totalTokens === undefined) return outputTokens
  return Math.max(outputTokens, totalTokens - inputTokens)
}
