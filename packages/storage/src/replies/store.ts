import type { Database } from '../database.ts'
import { createGate } from '../gate.ts'
import { beginReply } from './begin.ts'
import { bytesOf, keepReply, releaseReply, renewReply } from './end.ts'
import { pruneReplies } from './prune.ts'
import type { ReplyStore } from './types.ts'

/** Of all answers together. */
const defaultBytes = 256 * 1024 * 1024
/** How often what is too much is looked for: as often as this share of it came, and once a minute at least. */
const share = 1 / 32
const pruneMs = 60_000

export function createReplyStore(database: Database, mostBytes = defaultBytes): { readonly store: ReplyStore; readonly close: () => void } {
  const { pass, close } = createGate(database, 'The store of answers is closed.')
  let pruneAt = 0
  let keptBytes = 0
  let isTidying = false

  /** Nobody waits for it; what cannot be removed now is so the next time. */
  async function tidy(bytes: number): Promise<void> {
    keptBytes += bytes
    if (isTidying) return
    isTidying = true
    while (keptBytes >= mostBytes * share || performance.now() >= pruneAt) {
      keptBytes = 0
      pruneAt = performance.now() + pruneMs
      await pruneReplies(database, mostBytes).catch(() => undefined)
    }
    isTidying = false
  }

  const store: ReplyStore = {
    begin: (id, fingerprint, leaseMs) => pass(() => beginReply(database, id, fingerprint, leaseMs)),
    renew: (id, holder, leaseMs) => pass(() => renewReply(database, id, holder, leaseMs)),
    keep: (id, holder, reply, keepMs) =>
      pass(async () => {
        const isKept = await keepReply(database, id, holder, reply, keepMs)
        void tidy(bytesOf(reply))
        return isKept
      }),
    release: (id, holder) => pass(() => releaseReply(database, id, holder))
  }
  return { store, close }
}
