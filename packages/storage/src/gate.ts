import type { Database } from './database.ts'
import { StorageError } from './error.ts'

/** What a store is reached through: nothing gets by once it is closed, and failures are explained. */
export interface Gate {
  readonly check: () => void
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>
  readonly close: () => void
}

export function createGate({ explain }: Pick<Database, 'explain'>, closedMessage: string): Gate {
  let closed = false

  function check(): void {
    if (closed) throw new StorageError('usage', closedMessage, 'Open it again.')
  }

  return {
    check,
    async pass(work) {
      check()
      try {
        return await work()
      } catch (error) {
        throw explain(error)
      }
    },
    close() {
      closed = true
    }
  }
}
