import type { Cost } from '@resoftai/sdk'
import type { Problem } from '../error.ts'
import { convert } from './convert.ts'
import { serviceFinder } from './find-service.ts'
import { priceAt } from './price-at.ts'
import { indexPrices, pricesOf, type PriceIndex } from './price-index.ts'
import { priceReply } from './price-reply.ts'
import { isSetByHand } from './set-by-hand.ts'
import type { ConvertedCost, CostAnswer, CostQuestion, ExchangeRate, ListedPrice, OwnPrices, PriceList } from './types.ts'

/** What replies cost, by a person's own prices first and then by the list that comes with the host. */
export class PriceBook {
  readonly #serviceOf: (url: string) => string | undefined
  readonly #rates: readonly ExchangeRate[]
  /** Prices that win over those that follow: set by hand, then brought by an update, then curated. */
  readonly #layers: readonly PriceIndex[]
  /** Why a person's own list is not used as it is; the last good one is. */
  readonly problems: readonly Problem[]

  constructor(curated: PriceList, own: OwnPrices = { list: undefined, problems: [] }) {
    const owned = listed(own.list, true)
    const lists = own.list === undefined ? [curated] : [own.list, curated]
    this.#serviceOf = serviceFinder(lists)
    this.#rates = lists.flatMap(({ rates = [] }) => rates)
    this.#layers = [owned.filter(isSetByHand), owned.filter(price => !isSetByHand(price)), listed(curated, false)].map(indexPrices)
    this.problems = own.problems
  }

  /** Never throws; what is not known is `unknown`, with a sentence for a warning. */
  costOf({ provider, url, model, usage, at, batch }: CostQuestion): CostAnswer {
    const service = this.#serviceOf(url)
    const price = this.#find(provider, service, model, at)
    if (price !== undefined) return priceReply(price, usage, batch)
    const hint = `Set one with: resoftai prices set ${service ?? provider}/${model} --input … --output …`
    return { unknown: `The price of ${model} at ${service ?? provider} is not known. ${hint}` }
  }

  /** `undefined` when no rate is known. */
  convert(cost: Cost, currency: string, at: Date): ConvertedCost | undefined {
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

  /** A name of a provider is asked only for a person's own prices: anybody can call a relay `openai`. */
  #find(provider: string, service: string | undefined, model: string, at: Date): ListedPrice | undefined {
    for (const layer of this.#layers) {
      const named = pricesOf(layer, provider, model).filter(({ own }) => own)
      const found = priceAt(named, at) ?? (service === undefined ? undefined : priceAt(pricesOf(layer, service, model), at))
      if (found !== undefined) return found
    }
    return undefined
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

function isForEver({ from, until, hours, days }: ListedPrice): boolean {
  return [from, until, hours, days].every(limit => limit === undefined)
}
