import { randomUUID } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

export interface WriteOptions {
  /** Replace a file that is there. */
  readonly force: boolean
  readonly signal: AbortSignal
}

/** Writes a file that only its owner may read: all of it, or nothing. Rejects with `EEXIST` when it is there and must not be replaced. */
export async function writeWholeFile(file: string, lines: AsyncIterable<string>, { force, signal }: WriteOptions): Promise<void> {
  const part = `${file}.${randomUUID()}.part`
  try {
    // Made before anything can fail: a stream that makes it itself may do so after it was removed.
    const handle = await open(part, 'wx', 0o600)
    await pipeline(lines, handle.createWriteStream({ flush: true }), { signal })
    // A link, unlike a rename, never replaces what somebody has put there in the meantime.
    await (force ? rename(part, file) : link(part, file))
  } finally {
    await rm(part, { force: true })
  }
}
