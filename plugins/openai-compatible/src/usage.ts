import { countOf, isObject, type JsonObject, type Usage } from '@resoftai/sdk'

/**
 * Where each number may stand, the usual place first. Field for field as the vendor counts: some count reasoning apart from the
 * completion, which only shows in the total.
 */
const places: readonly (readonly [keyof Omit<Usage, 'estimated'>, readonly (readonly [string] | readonly [string, string])[]])[] = [
  ['inputTokens', [['prompt_tokens']]],
  ['outputTokens', [['completion_tokens']]],
  ['totalTokens', [['total_tokens']]],
  ['cachedTokens', [['prompt_tokens_details', 'cached_tokens'], ['prompt_cache_hit_tokens'], ['cached_tokens']]],
  ['cacheWriteTokens', [['prompt_tokens_details', 'cache_write_tokens']]],
  ['reasoningTokens', [['completion_tokens_details', 'reasoning_tokens'], ['reasoning_tokens']]]
]

/** The numbers of a `usage` object; `undefined` when it holds none. */
export function readUsage(raw: unknown): Usage | undefined {
  if (!isObject(raw)) return undefined
  const usage: { -readonly [Field in keyof Usage]: Usage[Field] } = {}
  let found = false
  for (const [field, paths] of places) {
    const count = firstCount(raw, paths)
    if (count === undefined) continue
    usage[field] = count
    found = true
  }
  return found ? usage : undefined
}

function firstCount(raw: JsonObject, paths: (typeof places)[number][1]): number | undefined {
  for (const [outer, inner] of paths) {
    const value = raw[outer]
    const count = countOf(inner === undefined ? value : isObject(value) ? value[inner] : undefined)
    if (count !== undefined) return count
  }
  return undefined
}
