import type { Cost, Usage } from '@resoftai/sdk'
import type { Problem } from '../error.ts'

/** Decimal in quotes, or a whole number; never a fraction that JSON would round. */
export type Amount = string | number

/** Per 1,000,000 tokens, as the file has it. A rate that is absent is not known. */
export interface Rates {
  readonly input: Amount
  readonly output: Amount
  readonly cached?: Amount
  readonly cache_write?: Amount
  /** Absent: reasoning costs what other output costs. */
  readonly reasoning?: Amount
}

/** Rates of requests of one length. */
export interface Tier extends Rates {
  readonly input_below?: number
  readonly output_below?: number
  readonly batch?: Rates
}

/** One entry of a price list (`schemas/price-list.schema.json`): its rates, or tiers of them. */
export interface Price extends Partial<Rates> {
  readonly service: string
  readonly model: string
  readonly names?: readonly string[]
  readonly currency: string
  readonly from?: string
  readonly until?: string
  readonly hours?: readonly string[]
  readonly days?: readonly string[]
  readonly source: string
  readonly date: string
  /** The most output tokens, reasoning included, that the model takes as `max_tokens`. */
  readonly max_output?: number
  readonly batch?: Rates
  readonly tiers?: readonly Tier[]
}

export interface ExchangeRate {
  readonly from: string
  readonly to: string
  /** Units of `to` for one of `from`. */
  readonly rate: Amount
  readonly source: string
  readonly date: string
}

export interface PriceList {
  readonly version: 1
  /** Beginnings of the addresses of each service. */
  readonly services?: Readonly<Record<string, readonly string[]>>
  readonly rates?: readonly ExchangeRate[]
  readonly prices?: readonly Price[]
}

/** What is known of a reply. */
export interface CostQuestion {
  /** Name of the provider that answered. Prices of a person's own may be given to it. */
  readonly provider: string
  /** Where the request went: it says which service is paid. */
  readonly url: string
  /** As the reply names it (`ChatReply.model`): the one that was asked for may be an alias. */
  readonly model: string
  readonly usage: Usage
  readonly at: Date
  /** It was one of a batch of requests. Default: false. */
  readonly batch?: boolean
}

/** A cost, or a sentence that says why there is none. */
export type CostAnswer = { readonly cost: Cost } | { readonly unknown: string }

/** What is asked before a reply. */
export interface BoundQuestion extends Pick<CostQuestion, 'provider' | 'url' | 'model'> {
  /** The reply may end at any time between these. */
  readonly from: Date
  readonly until: Date
}

/** What requests to one model can cost at most. */
export interface PriceBound {
  readonly currency: string
  /** The most output tokens that the model makes, reasoning included. */
  readonly maxOutputTokens: number | undefined
  /** In nano-units; `undefined` where rates are missing. */
  nanosOf(inputTokens: number, outputTokens: number): bigint | undefined
}

/** A cost in another currency. What the vendor charges stays beside it. */
export interface ConvertedCost {
  readonly nanos: bigint
  readonly currency: string
  readonly rate: ExchangeRate
  readonly native: Pick<Cost, 'nanos' | 'currency'>
}

/** A price, and whether it is a person's own. */
export interface ListedPrice extends Price {
  readonly own: boolean
}

/** A person's own list as it could be read. */
export interface OwnPrices {
  readonly list: PriceList | undefined
  /** Of a file that is not used; the last good one is. */
  readonly problems: readonly Problem[]
}
