/** A timer cannot wait longer; 25 days and more count as no limit. */
export const longestTimerMs = 2 ** 31 - 1

/** The life of one run: it ends early when a signal aborts, when its time is over, or by `cancel()`. */
export class RunLimit {
  readonly #controller = new AbortController()
  #stopReason: 'timeout' | 'cancelled' | undefined
  #reject: ((reason: Error) => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #signals: readonly AbortSignal[] = []

  /** For everything the run starts. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why the run must stop; `undefined` as long as it may go on. */
  get stopReason(): 'timeout' | 'cancelled' | undefined {
    return this.#stopReason
  }

  start(signals: readonly AbortSignal[], timeoutMs: number): void {
    this.#signals = signals
    for (const signal of signals) {
      if (signal.aborted) this.cancel()
      else signal.addEventListener('abort', this.cancel, { once: true })
    }
    if (timeoutMs <= longestTimerMs) this.#timer = setTimeout(() => this.#stop('timeout'), timeoutMs)
  }

  /** Waits for `promise`, or rejects as soon as the run must stop. One wait at a time. */
  race<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      promise.then(resolve, reject)
      if (this.#stopReason !== undefined) reject(stopped(this.#stopReason))
    })
  }

  readonly cancel = (): void => this.#stop('cancelled')

  /** Leaves no timer, no listener and nothing running behind. */
  end(): void {
    clearTimeout(this.#timer)
    for (const signal of this.#signals) signal.removeEventListener('abort', this.cancel)
    this.#controller.abort()
  }

  #stop(reason: 'timeout' | 'cancelled'): void {
    if (this.#stopReason !== undefined) return
    this.#stopReason = reason
    this.#controller.abort(stopped(reason))
    this.#reject?.(stopped(reason))
  }
}

function stopped(reason: 'timeout' | 'cancelled'): Error {
  return new Error(reason === 'timeout' ? 'The time of the run is over.' : 'The run was cancelled.')
}
