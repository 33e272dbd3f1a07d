import type { PriceList } from './types.ts'

/** The most that a model of this name makes wherever it is sold: what a relay sells under a price of its own is the same model. */
export class MaxOutputs {
  readonly #lists: readonly PriceList[]
  #known: Map<string, number> | undefined

  constructor(lists: readonly PriceList[]) {
    this.#lists = lists
  }

  /** The smallest of what is known; a relay puts the maker before the name (`openai/gpt-4`). */
  of(model: string): number | undefined {
    this.#known ??= indexOutputs(this.#lists)
    return this.#known.get(nameOf(model)) ?? this.#known.get(nameOf(model).replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, ''))
  }
}

function indexOutputs(lists: readonly PriceList[]): Map<string, number> {
  const known = new Map<string, number>()
  for (const { model, names = [], max_output } of lists.flatMap(({ prices = [] }) => prices)) {
    if (max_output === undefined) continue
    for (const name of [model, ...names].map(nameOf)) known.set(name, Math.min(max_output, known.get(name) ?? Infinity))
  }
  return known
}

function nameOf(model: string): string {
  return model.slice(model.lastIndexOf('/') + 1).toLowerCase()
}
