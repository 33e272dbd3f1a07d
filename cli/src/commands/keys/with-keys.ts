import type { KeyStore } from '@resoftai/storage'
import type { Context } from '../../context.ts'
import { readPlace } from '../../serve/place.ts'
import { openSetup } from '../../setup.ts'
import { explained } from '../../storage-failure.ts'

/** Gives `use` the keys of the gateway that is served from here, and closes them again. */
export async function withKeys<T>(context: Context, use: (keys: KeyStore) => Promise<T>): Promise<T> {
  const place = readPlace(await openSetup(context), {})
  const { openStorage } = await import('@resoftai/storage')
  // An address that is wrong was not typed here.
  const storage = await explained('config', () => openStorage(place.storage))
  try {
    return await explained('usage', () => use(storage.keys))
  } finally {
    await storage.close()
  }
}
