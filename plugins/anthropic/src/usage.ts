import { countOf, isObject, objectsOf, type JsonObject, type Usage } from '@resoftai/sdk'

const fields = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'] as const

type Counts = Partial<Record<(typeof fields)[number], number>>

/** The numbers of one reply. Each report of a stream overwrites the fields that it has. */
export class UsageReader {
  #counts: Counts = {}
  #compaction: readonly Counts[] = []
  #thinking: number | undefined

  /** What is known now; `undefined` when the report held no number. */
  read(report: unknown): Usage | undefined {
    if (!isObject(report)) return undefined
    this.#counts = { ...this.#counts, ...readCounts(report) }
    this.#thinking = readThinking(report.output_tokens_details) ?? this.#thinking
    if (Array.isArray(report.iterations))
      this.#compaction = objectsOf(report.iterations)
        .filter(({ type }) => type === 'compaction')
        .map(readCounts)
    return this.#usage
  }

  /** The vendor counts cached input apart, and compaction in no total (WIRE.md 9.3). */
  get #usage(): Usage | undefined {
    const all = [this.#counts, ...this.#compaction]
    const sum = (field: keyof Counts): number | undefined => add(all.map(counts => counts[field]))
    const cachedTokens = sum('cache_read_input_tokens')
    const cacheWriteTokens = sum('cache_creation_input_tokens')
    const inputTokens = add([sum('input_tokens'), cacheWriteTokens, cachedTokens])
    const outputTokens = sum('output_tokens')
    if (inputTokens === undefined && outputTokens === undefined) return undefined
    return {
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(cachedTokens !== undefined && { cachedTokens }),
      ...(cacheWriteTokens !== undefined && { cacheWriteTokens }),
      ...(this.#thinking !== undefined && { reasoningTokens: this.#thinking })
    }
  }
}

function readCounts(report: JsonObject): Counts {
  return Object.fromEntries(fields.flatMap(field => (countOf(report[field]) === undefined ? [] : [[field, report[field]]])))
}

function readThinking(details: unknown): number | undefined {
  return isObject(details) ? countOf(details.thinking_tokens) : undefined
}

/** `undefined` when none of them is known. */
function add(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter(number => number !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, number) => sum + number, 0)
}
