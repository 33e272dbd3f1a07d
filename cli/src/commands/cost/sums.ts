import type { Totals } from '@resoftai/core'

/** What calls of one name cost in one currency. */
export interface Sum {
  /** A day, provider, `provider/model`, agent or key; `null` where there was none. */
  readonly name: string | null
  /** `null`: the cost is not known. */
  readonly currency: string | null
  readonly calls: number
  readonly failed: number
  readonly estimated: number
  /** Used tokens, but nobody knows what they cost. */
  readonly unpriced: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costNanos: bigint
}

export const nothing: Sum = {
  name: null,
  currency: null,
  calls: 0,
  failed: 0,
  estimated: 0,
  unpriced: 0,
  inputTokens: 0,
  outputTokens: 0,
  costNanos: 0n
}

/**
 * One sum for each name and currency. Calls that used nothing, such as those that were refused, are counted with others of their name: they have
 * no cost that one could not know.
 */
export function addUp(totals: readonly Totals[], nameOf: (totals: Totals) => string | null): readonly Sum[] {
  return joinUnused(join(totals.map(one => ({ ...one, name: nameOf(one) }))))
}

/** What all of them cost, one sum for each currency. */
export function addAll(sums: readonly Sum[]): readonly Sum[] {
  return joinUnused(join(sums.map(sum => ({ ...sum, name: null }))))
}

/** How many calls used tokens whose cost is not known. */
export function countUnpriced(sums: readonly Sum[]): number {
  return sums.reduce((count, { unpriced }) => count + unpriced, 0)
}

/** Currencies that there was no rate for. */
export function notConverted(sums: readonly Sum[], currency: string): readonly string[] {
  return [...new Set(sums.flatMap(sum => sum.currency ?? []))].filter(one => one !== currency).toSorted()
}

function join(sums: readonly Sum[]): readonly Sum[] {
  const joined = Map.groupBy(sums, ({ name, currency }) => JSON.stringify([name, currency]))
  return [...joined.values()].map(same => same.reduce(add))
}

function joinUnused(sums: readonly Sum[]): readonly Sum[] {
  const joined = sums.filter(({ currency }) => currency !== null)
  for (const sum of sums.filter(({ currency }) => currency === null)) {
    const place = sum.unpriced > 0 ? -1 : joined.findIndex(({ name }) => name === sum.name)
    const priced = joined[place]
    if (priced === undefined) joined.push(sum)
    else joined[place] = add(priced, sum)
  }
  return joined
}

function add(one: Sum, other: Sum): Sum {
  return {
    name: one.name,
    currency: one.currency,
    calls: one.calls + other.calls,
    failed: one.failed + other.failed,
    estimated: one.estimated + other.estimated,
    unpriced: one.unpriced + other.unpriced,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    costNanos: one.costNanos + other.costNanos
  }
}
