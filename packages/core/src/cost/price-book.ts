import type { Cost } from '@resoftai/sdk'
import type { Problem } from '../error.ts'
import { convert } from './convert.ts'
import { serviceFinder } from './find-service.ts'
import { MaxOutputs } from './max-outputs.ts'
import { isForEver, priceAt } from './price-at.ts'
import { indexPrices, pricesOf, type PriceIndex } from './price-index.ts'
import { priceBound } from './price-bound.ts'
import { priceReply } from './price-reply.ts'
import { isSetByHand } from './set-by-hand.ts'
import type {
  BoundQuestion,
  ConvertedCost,
  CostAnswer,
  CostQuestion,
  ExchangeRate,
  ListedPrice,
  OwnPrices,
  PriceBound,
  PriceList
} from './types.ts'

/** Vendors may name models without end. */
const mostKnown = 1_000

/** What replies cost, by a person's own prices first and then by the list that comes with the host. */
export class PriceBook {
  readonly #serviceOf: (url: string) => string | undefined
  readonly #rates: readonly ExchangeRate[]
  /** Prices that win over those that follow: set by hand, then brought by an update, then curated. */
  readonly #layers: readonly PriceIndex[]
  readonly #maxOutputs: MaxOutputs
  /** What was asked for lately. */
  readonly #known = new Map<string, readonly (readonly ListedPrice[])[]>()
  /** Why a person's own list is not used as it is; the last good one is. */
  readonly problems: readonly Problem[]

  constructor(curated: PriceList, own: OwnPrices = { list: undefined, problems: [] }) {
    const owned = listed(own.list, true)
    const lists = own.list === undefined ? [curated] : [own.list, curated]
    this.#serviceOf = serviceFinder(lists)
    this.#rates = lists.flatMap(({ rates = [] }) => rates)
    this.#layers = [owned.filter(isSetByHand), owned.filter(price => !isSetByHand(price)), listed(curated, false)].map(indexPrices)
    this.#maxOutputs = new MaxOutputs(lists)
    this.problems = own.problems
  }

  /** Never throws; what is not known is `unknown`, with a sentence for a warning. */
  costOf({ provider, url, model, usage, at, batch }: CostQuestion): CostAnswer {
    const service = this.#serviceOf(url)
    const price = this.#find(provider, service, model, at)
    return price === undefined ? { unknown: this.#sayUnknown(provider, service, model) } : priceReply(price, usage, batch)
  }

  /** What a request costs at most, at the dearest price that may hold when its reply ends. */
  boundOf({ provider, url, model, from, until }: BoundQuestion): PriceBound | { readonly unknown: string } {
    const service = this.#serviceOf(url)
    const now = this.#find(provider, service, model, from)
    const bound = now && priceBound([now, this.#find(provider, service, model, until) ?? now])
    if (bound === undefined) return { unknown: this.#sayUnknown(provider, service, model) }
    return bound.maxOutputTokens === undefined ? { ...bound, maxOutputTokens: this.#maxOutputs.of(model) } : bound
  }

  #sayUnknown(provider: string, service: string | undefined, model: string): string {
    const hint = `Set one with: resoftai prices set ${service ?? provider}/${model} --input … --output …`
    return `The price of ${model} at ${service ?? provider} is not known. ${hint}`
  }

  /** `undefined` when no rate is known. */
  convert(cost: Pick<Cost, 'nanos' | 'currency'>, currency: string, at: Date): ConvertedCost | undefined {
    return convert(cost, currency, this.#rates, at)
  }

  /** Every price that can count, now, before or later; those that a person's own hide are left out. */
  prices(): readonly ListedPrice[] {
    return this.#layers.flatMap((layer, index) => this.#shown(new Set([...layer.values()].flat()), index))
  }

  /** Every price of one model at one service, or of a provider of a person's own. */
  find(service: string, model: string): readonly ListedPrice[] {
    return this.#layers.flatMap((layer, index) => this.#shown(pricesOf(layer, service, model), index))
  }

  #find(provider: string, service: string | undefined, model: string, at: Date): ListedPrice | undefined {
    for (const prices of this.#candidates(provider, service, model)) {
      const found = priceAt(prices, at)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Lists of prices that may count, the strongest first. */
  #candidates(provider: string, service: string | undefined, model: string): readonly (readonly ListedPrice[])[] {
    const key = JSON.stringify([provider, service, model])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    // A name of a provider is asked only for a person's own prices: anybody can call a relay `openai`.
    const found = this.#layers
      .flatMap(layer => [
        pricesOf(layer, provider, model).filter(({ own }) => own),
        service === undefined ? [] : pricesOf(layer, service, model)
      ])
      .filter(prices => prices.length > 0)
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.set(key, found)
    return found
  }

  /** Without what a price above that holds at all times hides. */
  #shown(prices: Iterable<ListedPrice>, layer: number): readonly ListedPrice[] {
    const above = this.#layers.slice(0, layer)
    const isHidden = ({ service, model }: ListedPrice) => above.some(index => pricesOf(index, service, model).some(isForEver))
    return [...prices].filter(price => !isHidden(price))
  }
}

function listed(list: PriceList | undefined, own: boolean): readonly ListedPrice[] {
  return (list?.prices ?? []).map(price => ({ ...price, own }))
}
