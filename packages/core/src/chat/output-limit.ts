import type { ChatRequest } from '@resoftai/sdk'

/** Fields by which vendors limit the output of one reply, and those by which they make several of it. */
const limits = /^max_?(?:completion_?|output_?|new_?)?tokens(?:to_?sample)?$/i
const copies = /^(?:n|candidate_?count|best_of|num_?generations)$/i

interface Found {
  readonly most: number | undefined
  readonly times: number
}

/**
 * The most output tokens that a request asks for: `maxTokens`, or what its `extra` fields say in a vendor's own words, times the replies that
 * it asks for at once. `perReply` undefined: it sets no limit.
 */
export function outputLimit({ maxTokens, extra = {} }: ChatRequest): { readonly perReply: number | undefined; readonly replies: number } {
  const { most, times } = look(extra, 2)
  const said = [maxTokens, most].filter(isCount)
  return { perReply: said.length === 0 ? undefined : Math.max(...said), replies: times }
}

/** Some vendors have them one level down (`generationConfig`). */
function look(fields: object, depth: number): Found {
  let most: number | undefined
  let times = 1
  for (const [name, value] of Object.entries(fields)) {
    if (isCount(value) && limits.test(name)) most = Math.max(most ?? 0, value)
    else if (isCount(value) && copies.test(name)) times = Math.max(times, value)
    else if (depth > 1 && typeof value === 'object' && value !== null) {
      const inner = look(value, depth - 1)
      if (inner.most !== undefined) most = Math.max(most ?? 0, inner.most)
      times = Math.max(times, inner.times)
    }
  }
  return { most, times }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
