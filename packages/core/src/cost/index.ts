export { openPrices, setPrice, updatePrices, type PriceOptions } from './commands.ts'
export type { PriceBook } from './price-book.ts'
export type * from './types.ts'
export { createPrices, type Prices } from './prices.ts'
