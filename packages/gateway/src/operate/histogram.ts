export interface Buckets {
  /** Upper bounds, in milliseconds; above the last there is one more class. */
  readonly bounds: readonly number[]
  /** How many values fell into each class. Not cumulative. */
  readonly counts: readonly number[]
  /** Milliseconds. */
  readonly sum: number
}

export class Histogram implements Buckets {
  readonly bounds: readonly number[]
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = [...bounds, Infinity].map(() => 0)
  }

  add(ms: number): void {
    let index = 0
    while (index < this.bounds.length && ms > this.bounds[index]!) index++
    this.counts[index]!++
    this.sum += ms
  }
}
