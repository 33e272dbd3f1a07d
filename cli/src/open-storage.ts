import type { OpenLedgerStore } from '@resoftai/core'

/** Loads SQL with the first call that is recorded. */
export const openStorage: OpenLedgerStore = async url => {
  const { openLedgerStore } = await import('@resoftai/storage')
  return openLedgerStore(url)
}
