import { countOf, type JsonObject, type Usage } from '@resoftai/sdk'

const fields = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'totalTokenCount'
] as const

/** Reads `usageMetadata`. Each chunk of a stream repeats it, some only in part: what was known stays. */
export class UsageReader {
  #counts: Partial<Record<(typeof fields)[number], number>> = {}

  read(metadata: JsonObject): Usage | undefined {
    let news = false
    for (const field of fields) {
      const count = countOf(metadata[field])
      if (count === undefined) continue
      this.#counts[field] = count
      news = true
    }
    return news ? this.usage : undefined
  }

  /** The candidates do not count thoughts, nor the prompt what tools of the vendor brought (WIRE.md section 12). */
  get usage(): Usage {
    const {
      promptTokenCount,
      toolUsePromptTokenCount,
      cachedContentTokenCount,
      candidatesTokenCount,
      thoughtsTokenCount,
      totalTokenCount
    } = this.#counts
    const inputTokens = sum(promptTokenCount, toolUsePromptTokenCount)
    const outputTokens = sum(candidatesTokenCount, thoughtsTokenCount)
    return {
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(totalTokenCount !== undefined && { totalTokens: totalTokenCount }),
      ...(cachedContentTokenCount !== undefined && { cachedTokens: cachedContentTokenCount }),
      ...(thoughtsTokenCount !== undefined && { reasoningTokens: thoughtsTokenCount })
    }
  }
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)
}
