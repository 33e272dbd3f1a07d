import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { GatewayError } from '../error.ts'

export interface PressureLimits {
  /** How late the event loop may be, in the mean of a second. Default: 1,000 ms. */
  readonly delayMs?: number
  /** How much of the memory that Node.js may use for objects. Default: 0.9. */
  readonly heapShare?: number
}

const sampleMs = 1_000
const resolutionMs = 20
const retryAfterMs = 2_000
/** What V8 counts into its limit for objects that are young: three times 32 MiB. Those that stay have to do with the rest. */
const youngBytes = 3 * 32 * 1024 * 1024
/** A collection stops everything for as long as it takes. */
const collectAgainMs = 5_000

/** Whether this process can take more work. A refusal at once is better for all than an answer that comes too late. */
export class Pressure {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs })
  readonly #limits: Required<PressureLimits>
  readonly #timer: NodeJS.Timeout
  #isHigh = false
  #collectAgainAt = 0

  constructor({ delayMs = 1_000, heapShare = 0.9 }: PressureLimits = {}) {
    this.#limits = { delayMs, heapShare }
    this.#delay.enable()
    this.#timer = setInterval(() => void this.#look(), sampleMs).unref()
  }

  /** Throws `GatewayError` 503. */
  check(): void {
    if (!this.#isHigh) return
    throw new GatewayError('The gateway has more work than it can do.', {
      status: 503,
      type: 'api_error',
      code: 'gateway_overloaded',
      retryAfterMs,
      hint: 'Wait as long as Retry-After says.'
    })
  }

  close(): void {
    clearInterval(this.#timer)
    this.#delay.disable()
  }

  async #look(): Promise<void> {
    // Without a sample in this time the mean is none.
    const meanMs = this.#delay.count === 0 ? 0 : this.#delay.mean / 1_000_000
    this.#delay.reset()
    if (this.#isFull() && performance.now() >= this.#collectAgainAt) {
      await collectGarbage()
      this.#collectAgainAt = performance.now() + collectAgainMs
    }
    this.#isHigh = meanMs > this.#limits.delayMs || this.#isFull()
  }

  #isFull(): boolean {
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics()
    return used > (most - youngBytes) * this.#limits.heapShare
  }
}

/** Much of a full memory may be garbage, which V8 leaves for half a minute where nobody asks for more: whoever is refused does not. */
async function collectGarbage(): Promise<void> {
  try {
    const { Session } = await import('node:inspector/promises')
    const session = new Session()
    session.connect()
    await session.post('HeapProfiler.collectGarbage')
    session.disconnect()
  } catch {
    // A Node.js without an inspector collects when it likes.
  }
}
