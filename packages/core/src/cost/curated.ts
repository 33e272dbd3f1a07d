import { readFileSync } from 'node:fs'
import type { PriceList } from './types.ts'

let list: PriceList | undefined

/** The list that comes with the host, read when first needed. */
export function curatedPrices(): PriceList {
  list ??= JSON.parse(readFileSync(new URL('../../prices.json', import.meta.url), 'utf8')) as PriceList
  return list
}
