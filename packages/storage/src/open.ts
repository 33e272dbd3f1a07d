import type { Storage } from './storage.ts'
import type { LedgerStore } from './types.ts'
import { parseStorageUrl } from './url.ts'

/**
 * Opens the database that a URL names and brings its tables up to date: `sqlite:./file.db` (relative to the working directory),
 * `sqlite:/folder/file.db`, `sqlite::memory:` or `postgres://…`. Rejects with a `StorageError`.
 */
export async function openStorage(url: string): Promise<Storage> {
  const place = parseStorageUrl(url)
  // Who imports this package and opens nothing does not wait for the query builder.
  const { openStore } = await import('./open-store.ts')
  return openStore(place)
}

/** The same for who needs the ledger alone: closing it closes the database. */
export async function openLedgerStore(url: string): Promise<LedgerStore> {
  const { ledger, close } = await openStorage(url)
  return { ...ledger, close }
}
