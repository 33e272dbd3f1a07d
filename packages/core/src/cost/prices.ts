import type { Cost } from '@resoftai/sdk'
import type { Log } from '../observe/index.ts'
import { openPrices, type PriceOptions } from './commands.ts'
import type { PriceBook } from './price-book.ts'
import type { BoundQuestion, ConvertedCost, CostAnswer, CostQuestion, PriceBound } from './types.ts'

type Answer<T> = T | Promise<T>
type Unknown = { readonly unknown: string }

/** What replies cost. Nothing here throws; what is not known is `unknown`, with a sentence that says why. Promises only until the lists are read. */
export interface Prices {
  costOf(question: CostQuestion): Answer<CostAnswer>
  /** What a request can cost at most. */
  boundOf(question: BoundQuestion): Answer<PriceBound | Unknown>
  /** By the rate of that day; `undefined` when none is known. */
  convert(cost: Pick<Cost, 'nanos' | 'currency'>, currency: string, at: Date): Answer<ConvertedCost | undefined>
}

/** The price list that comes with the host and a person's own, read with the first reply. */
export function createPrices({ home, log }: PriceOptions & { readonly log: () => Log }): Prices {
  let book: PriceBook | undefined
  let opening: Promise<PriceBook> | undefined
  const open = async () => {
    book = await openPrices({ home })
    if (book.problems.length > 0) log().warn('the own price list is not used as it is', { problems: book.problems })
    return book
  }
  const ask = <T>(question: (book: PriceBook) => T): Answer<T | Unknown> => (book === undefined ? openAndAsk(question) : question(book))
  const openAndAsk = async <T>(question: (book: PriceBook) => T): Promise<T | Unknown> => {
    try {
      return question(await (opening ??= open()))
    } catch (error) {
      opening = undefined
      return { unknown: `The price lists cannot be read: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  return {
    costOf: question => ask(prices => prices.costOf(question)),
    boundOf: question => ask(prices => prices.boundOf(question)),
    convert: (cost, currency, at) => {
      const converted = ask(prices => prices.convert(cost, currency, at))
      return converted instanceof Promise ? converted.then(known) : known(converted)
    }
  }
}

function known(converted: ConvertedCost | Unknown | undefined): ConvertedCost | undefined {
  return converted === undefined || 'unknown' in converted ? undefined : converted
}
