import type { Log } from '../observe/index.ts'
import { openPrices, type PriceOptions } from './commands.ts'
import type { PriceBook } from './price-book.ts'
import type { CostAnswer, CostQuestion } from './types.ts'

/** What replies cost. */
export interface Prices {
  /** Never throws; what is not known is `unknown`, with a sentence that says why. */
  costOf(question: CostQuestion): CostAnswer | Promise<CostAnswer>
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
  const openAndAsk = async (question: CostQuestion): Promise<CostAnswer> => {
    try {
      return (await (opening ??= open())).costOf(question)
    } catch (error) {
      opening = undefined
      return { unknown: `The price lists cannot be read: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  return { costOf: question => book?.costOf(question) ?? openAndAsk(question) }
}
