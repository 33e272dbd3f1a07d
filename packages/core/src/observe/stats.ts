import type { ProviderErrorKind } from '@resoftai/sdk'

/** Upper bounds of the classes of a histogram, in milliseconds; above the last there is one more. */
export const histogramBounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000] as const

export interface HistogramSnapshot {
  /** How many values fell into each class: one for each of `histogramBounds`, and one above them. Not cumulative. */
  readonly counts: readonly number[]
  readonly count: number
  /** Milliseconds. */
  readonly sum: number
}

/** What happened with one provider since the host was made. */
export interface ProviderStats {
  /** Calls by how they ended; `cancelled` also counts streams that their reader left. Of a route the provider counts that was asked last. */
  readonly calls: { readonly finished: number; readonly cancelled: number; readonly failed: CountsByKind }
  /** Repeats by the failure before them, and how many of those brought a reply. */
  readonly retries: Readonly<Partial<Record<ProviderErrorKind, { readonly tried: number; readonly helped: number }>>>
  /** Repeats that were not made because too many calls were in one already. */
  readonly retriesRefused: number
  /** Calls that went on with the next model of their route, by the failure before. */
  readonly fallbacks: CountsByKind
  readonly stalls: number
  /** Whole replies that were asked for in place of a stalled stream, and how many came. */
  readonly rescues: { readonly tried: number; readonly helped: number }
  /** From the beginning of a try to the first content. */
  readonly firstEventMs: HistogramSnapshot
  /** Between two batches of content. */
  readonly betweenEventsMs: HistogramSnapshot
  readonly breaker: { readonly state: 'closed' | 'open' | 'half-open'; readonly opened: number }
  readonly keys: { readonly total: number; readonly resting: number }
}

export type CountsByKind = Readonly<Partial<Record<ProviderErrorKind, number>>>

class Histogram {
  #counts: number[] = [...histogramBounds, Infinity].map(() => 0)
  #sum = 0

  add(ms: number): void {
    let index = 0
    while (index < histogramBounds.length && ms > histogramBounds[index]!) index++
    this.#counts[index]!++
    this.#sum += ms
  }

  snapshot(): HistogramSnapshot {
    return { counts: [...this.#counts], count: this.#counts.reduce((total, count) => total + count, 0), sum: this.#sum }
  }
}

/** Counts for one provider. Plain numbers: whoever exports them asks for a snapshot. */
export class Counters {
  finished = 0
  cancelled = 0
  retriesRefused = 0
  stalls = 0
  readonly failed: Partial<Record<ProviderErrorKind, number>> = {}
  readonly fallbacks: Partial<Record<ProviderErrorKind, number>> = {}
  readonly retries: Partial<Record<ProviderErrorKind, { tried: number; helped: number }>> = {}
  readonly rescues = { tried: 0, helped: 0 }
  readonly firstEventMs = new Histogram()
  readonly betweenEventsMs = new Histogram()

  countFailure(kind: ProviderErrorKind): void {
    this.failed[kind] = (this.failed[kind] ?? 0) + 1
  }

  countFallback(kind: ProviderErrorKind): void {
    this.fallbacks[kind] = (this.fallbacks[kind] ?? 0) + 1
  }

  countRetry(kind: ProviderErrorKind, what: 'tried' | 'helped'): void {
    const counts = (this.retries[kind] ??= { tried: 0, helped: 0 })
    counts[what]++
  }

  snapshot(): Omit<ProviderStats, 'breaker' | 'keys'> {
    const { finished, cancelled, failed, fallbacks, retries, retriesRefused, stalls, rescues, firstEventMs, betweenEventsMs } = this
    return structuredClone({
      calls: { finished, cancelled, failed },
      retries,
      retriesRefused,
      fallbacks,
      stalls,
      rescues,
      firstEventMs: firstEventMs.snapshot(),
      betweenEventsMs: betweenEventsMs.snapshot()
    })
  }
}
