import { ProviderError, type ChatEvent } from '@resoftai/sdk'

export interface StallLimits {
  readonly stallTimeoutMs: number
  readonly reasoningStallTimeoutMs: number
}

/**
 * Ends a reply that makes no progress. Only decoded events with content are progress: bytes, comments and empty pieces are not.
 * The clock runs only while the host waits for the vendor, so a reader that takes its time is no stall.
 */
export class StallWatch {
  #limits: StallLimits
  #onStall: (error: ProviderError) => void
  #timer: NodeJS.Timeout | undefined
  #reasoning = false
  /** Waited without progress in earlier reads. */
  #idleMs = 0
  /** 0: the host does not wait. */
  #waitingSince = 0

  constructor(limits: StallLimits, onStall: (error: ProviderError) => void) {
    this.#limits = limits
    this.#onStall = onStall
  }

  /** The host begins to wait for the vendor. */
  wait(): void {
    this.#waitingSince = performance.now()
    this.#timer ??= setTimeout(this.#look, this.#limitMs)
  }

  /** Something arrived. */
  see(events: readonly ChatEvent[]): void {
    const last = events.findLast(isProgress)
    if (last === undefined) this.#idleMs += performance.now() - this.#waitingSince
    else {
      this.#idleMs = 0
      this.#setReasoning(last.type === 'reasoning')
    }
    this.#waitingSince = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#waitingSince = 0
  }

  /** Another limit holds now, so the timer that runs may come too late. */
  #setReasoning(reasoning: boolean): void {
    if (reasoning === this.#reasoning) return
    this.#reasoning = reasoning
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #limitMs(): number {
    return this.#reasoning ? this.#limits.reasoningStallTimeoutMs : this.#limits.stallTimeoutMs
  }

  /** One timer for the whole reply, set again for what is left: setting one for each event would cost more than reading it. */
  #look = (): void => {
    const idleMs = this.#waitingSince === 0 ? 0 : this.#idleMs + performance.now() - this.#waitingSince
    if (idleMs < this.#limitMs) this.#timer = setTimeout(this.#look, Math.max(1, this.#limitMs - idleMs))
    else this.#onStall(stalled(this.#limitMs, this.#reasoning))
  }
}

function stalled(limitMs: number, reasoning: boolean): ProviderError {
  return new ProviderError('stalled', `The vendor sent nothing of the reply for ${limitMs / 1000} s.`, {
    code: 'idle',
    hint: `Raise \`${reasoning ? 'reasoning_stall_timeout' : 'stall_timeout'}\` if this model pauses that long.`
  })
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
    case 'start':
    case 'usage':
    case 'provider_data':
    case 'warning':
      return false
  }
}
