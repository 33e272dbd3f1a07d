import { statSync } from 'node:fs'
import { StorageError } from '../error.ts'

const everyMs = 1_000

/** Throws when a file was removed or replaced since: what is written to an open file that nobody can find any more is lost. Looks once a second. */
export function sameFileCheck(file: string): () => void {
  const identity = identityOf(file)
  let lookedAt = performance.now()
  return () => {
    const now = performance.now()
    if (now - lookedAt < everyMs) return
    if (identityOf(file) !== identity) {
      throw new StorageError(
        'broken',
        `${file} was removed or replaced while it was open.`,
        'Put it back, or start again to make a new one.'
      )
    }
    lookedAt = now
  }
}

function identityOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
