import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ConversationStore } from '@resoftai/storage'
import { Lines } from './lines.ts'
import { cancelled, conversationBusy, noConversation } from './refusals.ts'

/** The turn of a process that died is over after this; shorter than others wait. */
const leaseMs = 20_000
const renewMs = 5_000
/** How often it is looked whether another process is done. */
const lookMs = 250

/** The right to write into a conversation; `leave` must follow. */
export interface Turn {
  /** Aborts when another process has taken the turn over. */
  readonly lost: AbortSignal
  /** Appends what was said. `false`: the turn was lost meanwhile, and nothing is appended. */
  end(messages: readonly unknown[]): Promise<boolean>
  /** Whether others of this process wait to write. */
  isAwaited(): boolean
  leave(): Promise<void>
}

/** One writer for each conversation at a time: in this process in the order in which they came, and among processes by a lease. */
export class Turns {
  readonly #store: ConversationStore
  readonly #waitMs: number
  readonly #lines = new Lines()

  constructor(store: ConversationStore, waitMs: number) {
    this.#store = store
    this.#waitMs = waitMs
  }

  /** Throws `GatewayError`: 404, 409 when others write for too long, 499 on `signal`. */
  async take(id: string, owner: string, signal: AbortSignal): Promise<Turn> {
    // By owner, so that nobody can stand in a line that is not theirs.
    const line = `${owner} ${id}`
    const giveUpAt = performance.now() + this.#waitMs
    await this.#lines.enter(line, this.#waitMs, signal)
    try {
      return this.#hold(id, line, await this.#begin(id, owner, giveUpAt, signal))
    } catch (error) {
      this.#lines.exit(line)
      throw error
    }
  }

  async #begin(id: string, owner: string, giveUpAt: number, signal: AbortSignal): Promise<string> {
    const turn = randomUUID()
    for (;;) {
      const begun = await this.#store.beginTurn(id, owner, { turn, leaseMs })
      if (begun === 'begun') return turn
      if (begun === 'missing') throw noConversation()
      if (performance.now() >= giveUpAt) throw conversationBusy()
      await pause(lookMs, undefined, { signal }).catch(() => {
        throw cancelled()
      })
    }
  }

  #hold(id: string, line: string, turn: string): Turn {
    const lost = new AbortController()
    let isEnded = false
    // A storage that cannot be reached for a while is no loss: the end of the turn tells.
    const renew = () =>
      this.#store.renewTurn(id, turn, leaseMs).then(
        isHeld => isHeld || isEnded || lost.abort(),
        () => undefined
      )
    const timer = setInterval(() => void renew(), renewMs)
    return {
      lost: lost.signal,
      isAwaited: () => this.#lines.isAwaited(line),
      end: async messages => {
        const isKept = await this.#store.endTurn(id, turn, messages)
        isEnded = true
        return isKept
      },
      leave: async () => {
        clearInterval(timer)
        // One that cannot be ended now ends with its lease.
        if (!isEnded) await this.#store.endTurn(id, turn, []).catch(() => false)
        isEnded = true
        this.#lines.exit(line)
      }
    }
  }
}
