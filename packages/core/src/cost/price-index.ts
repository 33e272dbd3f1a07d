import type { ListedPrice } from './types.ts'

/** Prices by service and name of the model. */
export type PriceIndex = ReadonlyMap<string, readonly ListedPrice[]>

export function indexPrices(prices: readonly ListedPrice[]): PriceIndex {
  const index = new Map<string, ListedPrice[]>()
  for (const price of prices) {
    for (const name of new Set([price.model, ...(price.names ?? [])].map(known => keyOf(price.service, known)))) {
      const known = index.get(name)
      if (known === undefined) index.set(name, [price])
      else known.push(price)
    }
  }
  return index
}

/** By the name of the model, else by that without the date at its end. */
export function pricesOf(index: PriceIndex, service: string, model: string): readonly ListedPrice[] {
  return index.get(keyOf(service, model)) ?? index.get(keyOf(service, model.replace(/-(?:\d{8}|\d{4}-\d{2}-\d{2})$/, ''))) ?? []
}

function keyOf(service: string, model: string): string {
  return `${service}/${model.toLowerCase()}`
}
