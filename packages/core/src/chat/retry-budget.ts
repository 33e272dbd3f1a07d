/** Repeats may be this part of the calls of the last ten seconds, and always so many (docs/decisions/0009). */
const share = 0.2
const least = 10
const halfWindowMs = 5_000

interface Counts {
  calls: number
  repeats: number
}

/** Keeps repeats from multiplying the load on a vendor that is in trouble. One for each provider. */
export class RetryBudget {
  #now: Counts = { calls: 0, repeats: 0 }
  #before: Counts = { calls: 0, repeats: 0 }
  #turnsAt = performance.now() + halfWindowMs

  countCall(): void {
    this.#turn()
    this.#now.calls++
  }

  /** Whether one more repeat may be made; it is counted then. */
  take(): boolean {
    this.#turn()
    const calls = this.#now.calls + this.#before.calls
    const repeats = this.#now.repeats + this.#before.repeats
    if (repeats >= Math.max(least, share * calls)) return false
    this.#now.repeats++
    return true
  }

  #turn(): void {
    const late = performance.now() - this.#turnsAt
    if (late < 0) return
    this.#before = late < halfWindowMs ? this.#now : { calls: 0, repeats: 0 }
    this.#now = { calls: 0, repeats: 0 }
    this.#turnsAt += halfWindowMs * (1 + Math.floor(late / halfWindowMs))
  }
}
