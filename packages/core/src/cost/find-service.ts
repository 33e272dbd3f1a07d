import type { PriceList } from './types.ts'

/**
 * Tells the service that an address belongs to; of two lists that know it, the first decides. By the address alone: a relay may have any
 * name, and asks its own price.
 */
export function serviceFinder(lists: readonly PriceList[]): (url: string) => string | undefined {
  const known = lists.flatMap(({ services = {} }) =>
    Object.entries(services).flatMap(([name, addresses]) =>
      addresses.flatMap(address => (URL.canParse(address) ? [{ name, ...place(address) }] : []))
    )
  )
  const find = (url: string) => {
    if (!URL.canParse(url)) return undefined
    const asked = place(url)
    return known.find(({ origin, folder }) => origin === asked.origin && asked.folder.startsWith(folder))?.name
  }
  // A provider asks one address nearly always.
  let last: { readonly url: string; readonly service: string | undefined } | undefined
  return url => {
    if (last?.url !== url) last = { url, service: find(url) }
    return last.service
  }
}

function place(address: string): { readonly origin: string; readonly folder: string } {
  const { origin, pathname } = new URL(address)
  return { origin, folder: pathname.replace(/\/?$/, '/') }
}
