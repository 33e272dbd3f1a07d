import { ProviderError, type ChatEvent } from '@resoftai/sdk'
import type { CallLimits } from '../config/index.ts'
import type { Counters } from '../observe/index.ts'

export type StallLimits = Pick<CallLimits, 'firstEventTimeoutMs' | 'stallTimeoutMs' | 'reasoningStallTimeoutMs'>

/**
 * Ends a reply that makes no progress. Only decoded events with content are progress: bytes, comments and empty pieces are not.
 * The clock runs only while the host waits for the vendor, so a reader that takes its time is no stall.
 */
export class StallWatch {
  #limits: StallLimits
  #counters: Counters
  #onStall: (error: ProviderError) => void
  #timer: NodeJS.Timeout | undefined
  readonly #isWhole: boolean
  /** What came last: nothing at all, signs of life, text (or the like), or reasoning. */
  #state: 'silent' | 'alive' | 'text' | 'reasoning'
  /** Waited without progress in earlier reads. */
  #idleMs = 0
  /** 0: the host does not wait. */
  #waitingSince = 0

  /** `kind` is `whole` where silence is no sign of its own, and each answer on the way to the reply is progress. */
  constructor(limits: StallLimits, counters: Counters, onStall: (error: ProviderError) => void, kind: 'stream' | 'whole' = 'stream') {
    this.#isWhole = kind === 'whole'
    this.#state = this.#isWhole ? 'alive' : 'silent'
    this.#limits = limits
    this.#counters = counters
    this.#onStall = onStall
  }

  /** The host begins to wait for the vendor. */
  wait(): void {
    this.#waitingSince = performance.now()
    this.#timer ??= setTimeout(this.#look, this.#limitMs)
  }

  /** Something arrived. */
  see(events: readonly ChatEvent[]): void {
    const last = lastProgress(events)
    this.#idleMs += performance.now() - this.#waitingSince
    this.#waitingSince = 0
    if (last !== undefined) {
      if (this.#state === 'text' || this.#state === 'reasoning') this.#counters.betweenEventsMs.add(this.#idleMs)
      this.#idleMs = 0
      this.#enter(last.type === 'reasoning' ? 'reasoning' : 'text')
    } else if (this.#isWhole) this.#idleMs = 0
    else if (this.#state === 'silent') this.#enter('alive')
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waitingSince = 0
  }

  /** Another limit may hold now, so the timer that runs may come too late. */
  #enter(state: 'alive' | 'text' | 'reasoning'): void {
    if (state === this.#state) return
    this.#state = state
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #limitMs(): number {
    const { firstEventTimeoutMs, stallTimeoutMs, reasoningStallTimeoutMs } = this.#limits
    if (this.#state === 'silent') return firstEventTimeoutMs
    return this.#state === 'reasoning' ? reasoningStallTimeoutMs : stallTimeoutMs
  }

  /** One timer for the whole reply, set again for what is left: setting one for each event would cost more than reading it. */
  #look = (): void => {
    const idleMs = this.#waitingSince === 0 ? 0 : this.#idleMs + performance.now() - this.#waitingSince
    if (idleMs < this.#limitMs) {
      this.#timer = setTimeout(this.#look, Math.max(1, this.#limitMs - idleMs))
      return
    }
    if (this.#state === 'silent') return this.#onStall(noFirstEvent(this.#limitMs))
    this.#counters.stalls++
    this.#onStall(stalled(this.#limitMs, this.#state === 'reasoning'))
  }
}

function noFirstEvent(limitMs: number): ProviderError {
  return new ProviderError('timeout', `The vendor sent nothing behind the headers of its answer for ${limitMs / 1000} s.`, {
    code: 'first_event',
    hint: 'Raise `first_event_timeout` if this model thinks that long before it says anything.'
  })
}

function stalled(limitMs: number, reasoning: boolean): ProviderError {
  return new ProviderError('stalled', `The vendor sent nothing of the reply for ${limitMs / 1000} s.`, {
    code: 'idle',
    hint: `Raise \`${reasoning ? 'reasoning_stall_timeout' : 'stall_timeout'}\` if this model pauses that long.`
  })
}

function lastProgress(events: readonly ChatEvent[]): ChatEvent | undefined {
  const last = events.findLast(isProgress)
  return last?.type === 'frame' ? lastProgress(last.events) : last
}

/** Content, as opposed to signs of life. */
export function isProgress(event: ChatEvent): boolean {
  switch (event.type) {
    case 'text':
    case 'reasoning':
      return event.text !== ''
    case 'tool_call':
    case 'citation':
    case 'finish':
    case 'restart':
      return true
    case 'frame':
      return event.events.some(isProgress)
    case 'start':
    case 'usage':
    case 'cost':
    case 'provider_data':
    case 'warning':
      return false
  }
}
