import { Histogram } from './histogram.ts'
import type { Sample } from './write-metrics.ts'

const overheadBounds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000]
const durationBounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000]

export interface SeenRequest {
  /** The pattern of the route, or `none`: what a client writes into an address is no label. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly durationMs: number
  /** Known of whole answers only. */
  readonly overheadMs: number | undefined
}

/** Requests by what they were and how they ended. */
export class RequestCounts {
  readonly #counts = new Map<string, { readonly labels: Sample['labels']; value: number }>()
  readonly #durations = new Map<string, Histogram>()
  readonly overhead = new Histogram(overheadBounds)

  get samples(): readonly Sample[] {
    return [...this.#counts.values()]
  }

  get durations(): ReadonlyMap<string, Histogram> {
    return this.#durations
  }

  add({ route, method, status, durationMs, overheadMs }: SeenRequest): void {
    const name = `${method} ${route} ${status}`
    const known = this.#counts.get(name)
    if (known === undefined) this.#counts.set(name, { labels: { route, method, status: String(status) }, value: 1 })
    else known.value++
    let duration = this.#durations.get(route)
    if (duration === undefined) this.#durations.set(route, (duration = new Histogram(durationBounds)))
    duration.add(durationMs)
    if (overheadMs !== undefined) this.overhead.add(overheadMs)
  }
}
