import { Run, type RunOptions } from './run.ts'

/** How long the events of a run are kept after its end. */
const keptMs = 60_000
/** All that have ended, together; beyond it the oldest are forgotten. */
const mostChars = 64 * 1024 * 1024
const mostEnded = 1_000

/** The runs of this process, for clients that come back. */
export class Runs {
  readonly #running = new Map<string, Run>()
  /** In the order of their ends. */
  readonly #ended = new Map<string, { readonly run: Run; readonly timer: NodeJS.Timeout }>()
  #chars = 0

  begin(options: RunOptions): Run {
    const run = new Run(options)
    this.#running.set(run.id, run)
    return run
  }

  find(id: string, owner: string): Run | undefined {
    const run = this.#running.get(id) ?? this.#ended.get(id)?.run
    return run?.owner === owner ? run : undefined
  }

  end(run: Run): void {
    run.end()
    this.#running.delete(run.id)
    this.#ended.set(run.id, { run, timer: setTimeout(() => this.#forget(run.id), keptMs).unref() })
    this.#chars += run.size
    for (const id of this.#ended.keys()) {
      if (this.#chars <= mostChars && this.#ended.size <= mostEnded) break
      this.#forget(id)
    }
  }

  #forget(id: string): void {
    const ended = this.#ended.get(id)
    if (ended === undefined) return
    clearTimeout(ended.timer)
    this.#chars -= ended.run.size
    this.#ended.delete(id)
  }
}
