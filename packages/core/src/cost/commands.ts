import type { Environment } from '../config/home.ts'
import type { PriceBook } from './price-book.ts'
import type { Price, PriceList } from './types.ts'

// Prices are loaded when somebody asks for them: a host that does not pays nothing.

export interface PriceOptions {
  /** Folder of all state of the user; see `resolveHome`. */
  readonly home: string
}

/** A person's own prices over those that come with the host. Throws only when a file is a symbolic link. */
export async function openPrices({ home }: PriceOptions): Promise<PriceBook> {
  const [{ PriceBook }, { curatedPrices }, { readOwnPrices }] = await Promise.all([
    import('./price-book.ts'),
    import('./curated.ts'),
    import('./own-prices.ts')
  ])
  return new PriceBook(curatedPrices(), readOwnPrices(home))
}

/**
 * Writes a price of a person's own into `<home>/prices.json`, in place of an earlier one for this model with the same `from`. Throws
 * `HostError` `config`.
 */
export async function setPrice(price: Omit<Price, 'source'>, { home }: PriceOptions): Promise<Price> {
  const { writeOwnPrice } = await import('./own-prices.ts')
  return writeOwnPrice(home, price)
}

/**
 * Takes over a price list from a file or an https address; what was set with `setPrice` stays and wins. Throws `HostError` `config` with
 * every mistake of the list, and `ProviderError` when the address does not answer; then nothing is changed.
 */
export async function updatePrices(from: string, { home, env = {} }: PriceOptions & { readonly env?: Environment }): Promise<PriceList> {
  const { updateOwnPrices } = await import('./own-prices.ts')
  if (!/^https?:/i.test(from)) return updateOwnPrices(home, from)
  const { withDownload } = await import('./download.ts')
  return withDownload(from, home, env, file => updateOwnPrices(home, file, from))
}
