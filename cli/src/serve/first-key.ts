import { digestOf, newKey, shownOf } from '@resoftai/gateway'
import type { KeyStore } from '@resoftai/storage'

/** Makes the key `default` where there is none at all yet. It is shown now and never again. */
export async function firstKey(keys: KeyStore): Promise<string | undefined> {
  const isNeeded = async () => (await keys.list()).length === 0
  if (!(await isNeeded())) return undefined
  const key = newKey()
  try {
    await keys.create({ name: 'default', role: 'client', shown: shownOf(key), digest: digestOf(key) })
    return key
  } catch (error) {
    // Another process that shares the storage has just made and shown it.
    if (await isNeeded()) throw error
    return undefined
  }
}
