import type { Log } from '@resoftai/core'
import type { ConversationStore } from '@resoftai/storage'

const dayMs = 86_400_000

interface Retention {
  readonly conversations: Pick<ConversationStore, 'prune'>
  /** How long a conversation is kept that nobody goes on with; `undefined`: for ever. Asked each time. */
  readonly days: () => number | undefined
  readonly log: Log
  /** Default: a day. */
  readonly everyMs?: number
}

/** Removes old conversations, now and once a day. What fails is tried again the next day. Returns what ends it. */
export function removeOldConversations({ conversations, days, log, everyMs = dayMs }: Retention): () => void {
  let isOver = false
  const remove = async () => {
    const kept = days()
    if (kept === undefined) return
    try {
      const removed = await conversations.prune(Date.now() - kept * dayMs)
      log.info('Old conversations were removed.', { removed, days: kept })
    } catch (error) {
      // The storage is closed under it when the gateway stops.
      if (!isOver) log.warn('Old conversations could not be removed.', { error })
    }
  }
  const timer = setInterval(() => void remove(), everyMs).unref()
  void remove()
  return () => {
    isOver = true
    clearInterval(timer)
  }
}
