import type { LivePlace } from '@resoftai/core'
import { InFlight } from './in-flight.ts'

/** Why a call is ended from here. */
export type LeaveReason = 'client_gone' | 'shutdown'

/** The calls that run, so that a shutdown can wait for them and, when its time is over, end them. */
export class RunningCalls {
  readonly #calls = new InFlight<AbortController>()

  get count(): number {
    return this.#calls.count
  }

  /** Returns what `end` is told. */
  begin(controller: AbortController): LivePlace<AbortController> {
    return this.#calls.begin(controller)
  }

  end(place: LivePlace<AbortController>): void {
    this.#calls.end(place)
  }

  /** Resolves when those that run now have ended. */
  ended(): Promise<void> {
    return this.#calls.ended()
  }

  /** Resolves when no call runs any more; those that are left after `withinMs` are ended. */
  async drain(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#endAll(), withinMs)
    // A request that came before may begin one meanwhile.
    while (this.#calls.count > 0) await this.#calls.ended()
    clearTimeout(timer)
  }

  #endAll(): void {
    const reason: LeaveReason = 'shutdown'
    for (const controller of this.#calls) controller.abort(reason)
  }
}
