import { ProviderError, type Attempt } from '@resoftai/sdk'
import type { LiveList, LivePlace } from '../live-list.ts'

export interface CallOptions {
  /** For the whole call, retries and waits included. */
  readonly deadlineMs: number
  readonly signal?: AbortSignal | undefined
  /** Calls that run now; the call is in it until it ends. */
  readonly running: LiveList<Call>
}

/**
 * The life of one call: it ends when the caller cancels, when the deadline passes, or with `end()`.
 * Whatever waits inside the call waits through it, so that both end every wait at once.
 */
export class Call {
  readonly attempts: Attempt[] = []
  /** Makes tokens anew that the running try took as they were kept; absent when it uses none such. */
  renewTokens: (() => Promise<void>) | undefined
  #recordedAt = 0
  readonly startedAt = performance.now()
  readonly deadlineMs: number
  #failure: ProviderError | undefined
  #listener: ((failure: ProviderError) => void) | undefined
  #timer: NodeJS.Timeout
  #signal: AbortSignal | undefined
  readonly #running: LiveList<Call>
  readonly #place: LivePlace<Call>

  constructor({ deadlineMs, signal, running }: CallOptions) {
    this.deadlineMs = deadlineMs
    this.#signal = signal
    this.#running = running
    this.#place = running.add(this)
    this.#timer = setTimeout(() => this.fail(deadlineError(deadlineMs)), deadlineMs)
    if (signal?.aborted) this.fail(cancelled())
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Milliseconds until the deadline. */
  get remainingMs(): number {
    return this.deadlineMs - (performance.now() - this.startedAt)
  }

  /** It was cancelled, or its deadline has passed. */
  get isOver(): boolean {
    return this.#failure !== undefined
  }

  /** Why it is over. */
  get failure(): ProviderError | undefined {
    return this.#failure
  }

  record(attempt: Attempt): void {
    this.attempts.push(attempt)
    this.#recordedAt = performance.now()
  }

  /** The host waits before the next try. */
  recordWait(waitMs: number): void {
    this.#amend(() => ({ waitMs }))
  }

  /** The last try, which had succeeded so far, broke in the middle of its body. */
  spoil({ kind, code }: ProviderError): void {
    const sinceMs = Math.round(performance.now() - this.#recordedAt)
    this.#amend(({ durationMs }) => ({ phase: 'body', kind, ...(code !== undefined && { code }), durationMs: durationMs + sinceMs }))
  }

  #amend(more: (last: Attempt) => Partial<Attempt>): void {
    const last = this.attempts.pop()
    if (last !== undefined) this.attempts.push({ ...last, ...more(last) })
  }

  /** Throws when the call is over. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /**
   * What to stop when the call is over; replaces the one before, as a call does one thing at a time.
   * Called at once when the call is over already.
   */
  onEnd(listener: (failure: ProviderError) => void): void {
    this.#listener = listener
    if (this.#failure !== undefined) listener(this.#failure)
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms)
      this.onEnd(failure => {
        clearTimeout(timer)
        reject(failure)
      })
    })
  }

  /** What others work on too: the end of this call ends only its own wait. */
  waitFor<T>(work: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.onEnd(reject)
    work.then(resolve, reject)
    return promise
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#listener = undefined
    this.#running.remove(this.#place)
  }

  /** Ends the call from inside the host. */
  fail(failure: ProviderError): void {
    // A stream that nobody reads on never comes to its `end`, and must not keep the process.
    clearTimeout(this.#timer)
    this.#failure ??= failure
    this.#listener?.(this.#failure)
  }

  #onAbort = (): void => this.fail(cancelled())
}

export function cancelled(message = 'The call was cancelled.'): ProviderError {
  return new ProviderError('cancelled', message)
}

function deadlineError(deadlineMs: number): ProviderError {
  return new ProviderError('timeout', `The whole call took longer than ${deadlineMs / 1000} s.`, {
    code: 'total',
    retryable: false,
    hint: 'Raise `deadline` in the configuration of this provider if its answers take that long.'
  })
}
