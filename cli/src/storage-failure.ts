import { HostError, type HostErrorKind } from '@resoftai/core'
import type { StorageErrorKind } from '@resoftai/storage'

/** A failure of the storage in the words of the host; `usage` is what is wrong where the storage was given something wrong. */
export async function explained<T>(usage: HostErrorKind, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { isStorageError } = await import('@resoftai/storage')
    if (!isStorageError(error)) throw error
    const kinds: Partial<Record<StorageErrorKind, HostErrorKind>> = { usage, unreachable: 'network', busy: 'busy' }
    throw new HostError(kinds[error.kind] ?? 'storage', error.message, { hint: error.hint, cause: error })
  }
}
