import type { Usage } from '@resoftai/sdk'

/** Tokens by what is charged for them; no token is in two parts. */
export interface TokenParts {
  readonly input: number
  readonly cachedInput: number
  readonly cacheWrite: number
  readonly output: number
  /** `undefined`: the vendor does not say how much of the output it was. */
  readonly reasoning: number | undefined
}

/** `undefined` when input or output was not reported. What a vendor does not say of its cache was not in the cache. */
export function countTokens({
  inputTokens,
  outputTokens,
  totalTokens = 0,
  cachedTokens = 0,
  cacheWriteTokens = 0,
  reasoningTokens
}: Usage): TokenParts | undefined {
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  // Some vendors report more cached input than input (WIRE.md section 12).
  const cachedInput = Math.min(cachedTokens, inputTokens)
  const cacheWrite = Math.min(cacheWriteTokens, inputTokens - cachedInput)
  // Where the total is larger than the sum, the rest is reasoning that the output does not hold (WIRE.md section 12).
  const beside = Math.max(0, totalTokens - inputTokens - outputTokens)
  const whole = outputTokens + beside
  const reasoning = beside > 0 ? Math.max(beside, reasoningTokens ?? 0) : reasoningTokens
  const thought = reasoning === undefined ? undefined : Math.min(reasoning, whole)
  return { input: inputTokens - cachedInput - cacheWrite, cachedInput, cacheWrite, output: whole - (thought ?? 0), reasoning: thought }
}
