import { cancelled, conversationBusy } from './refusals.ts'

const mostWaiting = 50

/** Lets one in at a time for each name, in the order in which they came. */
export class Lines {
  readonly #lines = new Map<string, (() => void)[]>()

  /** Whether somebody waits behind the one who is in. */
  isAwaited(name: string): boolean {
    return (this.#lines.get(name)?.length ?? 0) > 0
  }

  /** Resolves when it is one's turn; `exit` must follow. Throws `GatewayError`: 409 when that takes too long or too many wait, 499 on `signal`. */
  async enter(name: string, waitMs: number, signal: AbortSignal): Promise<void> {
    const line = this.#lines.get(name)
    if (line === undefined) return void this.#lines.set(name, [])
    if (line.length >= mostWaiting) throw conversationBusy()
    if (signal.aborted) throw cancelled()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = () => {
      const place = line.indexOf(resolve)
      // Let in at this moment.
      if (place === -1) return
      line.splice(place, 1)
      reject(signal.aborted ? cancelled() : conversationBusy())
    }
    line.push(resolve)
    const timer = setTimeout(giveUp, waitMs)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  exit(name: string): void {
    const next = this.#lines.get(name)?.shift()
    if (next === undefined) this.#lines.delete(name)
    else next()
  }
}
