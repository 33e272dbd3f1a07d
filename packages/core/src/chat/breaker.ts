import { ProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import type { BreakerSettings } from '../config/index.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

/** A try that may be made; how it ended must be told. */
export interface Admission {
  report(failure?: ProviderError): void
}

const longestRestMs = 60_000

/**
 * Keeps calls away from a vendor that is dead. Closed: every try is made. After `failures` failed ones in a row it opens: tries are refused
 * at once. When it has rested it is half-open: one try is let through as a probe, which closes it or lets it rest twice as long.
 */
export class Breaker {
  #settings: BreakerSettings
  #provider: string
  #failures = 0
  #opened: { until: number; restMs: number; because: ProviderError } | undefined
  #probing = false
  #times = 0

  constructor(provider: string, settings: BreakerSettings) {
    this.#provider = provider
    this.#settings = settings
  }

  get state(): BreakerState {
    if (this.#opened === undefined) return 'closed'
    return this.#probing || performance.now() >= this.#opened.until ? 'half-open' : 'open'
  }

  /** How often it has opened. */
  get times(): number {
    return this.#times
  }

  /** Throws `overloaded` with code `breaker_open` when no try may be made now. */
  admit(): Admission {
    if (this.#opened === undefined) return this.#ordinary
    const waitMs = Math.ceil(this.#opened.until - performance.now())
    if (this.#probing || waitMs > 0) throw this.#refusal(Math.max(waitMs, 0), this.#opened.because)
    this.#probing = true
    return { report: failure => this.#endProbe(failure) }
  }

  #ordinary: Admission = {
    report: failure => {
      if (this.#opened !== undefined || (failure !== undefined && provesNothing(failure))) return
      this.#failures = failure !== undefined && isDead(failure) ? this.#failures + 1 : 0
      const { failures, restMs } = this.#settings
      if (failure !== undefined && failures > 0 && this.#failures >= failures) this.#open(restMs, failure)
    }
  }

  #endProbe(failure: ProviderError | undefined): void {
    this.#probing = false
    if (failure !== undefined && provesNothing(failure)) return
    if (failure !== undefined && isDead(failure)) return this.#open(Math.min((this.#opened?.restMs ?? 0) * 2, longestRestMs), failure)
    this.#opened = undefined
    this.#failures = 0
  }

  #open(restMs: number, because: ProviderError): void {
    this.#times++
    this.#opened = { until: performance.now() + restMs, restMs, because }
  }

  #refusal(retryAfterMs: number, because: ProviderError): ProviderError {
    return new ProviderError(
      'overloaded',
      `${this.#provider} was not asked: its last ${this.#settings.failures} tries failed, at last with: ${because.message}`,
      { code: 'breaker_open', retryable: false, retryAfterMs, hint: because.hint ?? 'It is tried again by itself after a rest.' }
    )
  }
}

const deadKinds: ReadonlySet<ProviderErrorKind> = new Set(['network', 'timeout', 'server', 'overloaded'])

/** The vendor is down or out of reach, as opposed to one that dislikes this request. */
function isDead({ kind, code, retryable }: ProviderError): boolean {
  return retryable && code !== 'conflict' && deadKinds.has(kind)
}

/** The caller or the deadline ended the try before the vendor could show how it is. */
function provesNothing({ kind, code }: ProviderError): boolean {
  return kind === 'cancelled' || code === 'total'
}
