import { randomUUID } from 'node:crypto'
import type { Recording } from '../answer/recording.ts'
import { badRequest, type GatewayError } from '../error.ts'
import { eventsGone } from './refusals.ts'

/** Events that were sent are dropped beyond these, the oldest first. */
const mostEvents = 20_000
const mostChars = 4 * 1024 * 1024
/** So much ahead of its client a run waits. */
const mostAhead = 1024 * 1024

/** Who reads the events of a run. */
export interface RunReader {
  /** A promise where the client is slow. */
  readonly write: (frame: string) => Promise<void> | undefined
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal
}

export interface RunOptions {
  readonly owner: string
  /** How long a run goes on without a client. */
  readonly graceMs: number
  readonly abandon: () => void
  /** Aborts when nothing is to be waited for any more. */
  readonly signal: AbortSignal
  /** Takes the events down. */
  readonly recording?: Recording | undefined
}

/** The events of one streamed answer, kept so that a client that lost its connection can come back for the rest. */
export class Run {
  readonly id = randomUUID()
  readonly owner: string
  /** Why there is no whole answer, for the requests that follow it. */
  failure: GatewayError | undefined
  readonly #options: RunOptions
  readonly #frames: string[] = []
  /** The number of the first of `#frames`. */
  #first = 1
  #chars = 0
  /** The number of the last event that a client was sent. */
  #sent = 0
  #ahead = 0
  #reader: RunReader | undefined
  #grace: NodeJS.Timeout | undefined
  #isEnded = false
  #changed = Promise.withResolvers<void>()

  constructor(options: RunOptions) {
    this.#options = options
    this.owner = options.owner
    options.signal.addEventListener('abort', () => this.#tellChange(), { once: true })
  }

  /** What it takes in memory, in characters. */
  get size(): number {
    return this.#chars
  }

  /** Resolves when there is room for more: a client that does not read stops the vendor. */
  async add(event: string, data: object): Promise<void> {
    const frame = `id: ${this.#first + this.#frames.length}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    this.#options.recording?.add(frame)
    this.#frames.push(frame)
    this.#chars += frame.length
    this.#ahead += frame.length
    this.#drop()
    this.#tellChange()
    while (this.#ahead > mostAhead && !this.#options.signal.aborted) await this.#changed.promise
  }

  end(): void {
    this.#isEnded = true
    clearTimeout(this.#grace)
    this.#tellChange()
  }

  /** Throws `GatewayError` when what follows this event cannot be told. */
  check(after: number): void {
    if (after >= this.#first + this.#frames.length) throw badRequest('This run has no such event yet.', 'Last-Event-ID')
    if (after < this.#first - 1) throw eventsGone()
  }

  /** Sends what follows an event, as it comes, until the run ends or the client goes. A reader that comes later takes its place. */
  async read(after: number, reader: RunReader): Promise<void> {
    clearTimeout(this.#grace)
    this.#reader = reader
    this.#sent = after
    this.#ahead = this.#frames.slice(after + 1 - this.#first).reduce((sum, { length }) => sum + length, 0)
    reader.gone.addEventListener('abort', () => this.#tellChange(), { once: true })
    this.#tellChange()
    while (this.#reader === reader && !reader.gone.aborted) {
      const frame = this.#frames[this.#sent + 1 - this.#first]
      if (frame === undefined) {
        if (this.#isEnded) break
        await this.#changed.promise
        continue
      }
      this.#sent++
      this.#ahead -= frame.length
      this.#tellChange()
      const wait = reader.write(frame)
      if (wait !== undefined) await wait
    }
    if (this.#reader === reader) this.#leave()
  }

  #leave(): void {
    this.#reader = undefined
    if (!this.#isEnded) this.#grace = setTimeout(this.#options.abandon, this.#options.graceMs)
  }

  #drop(): void {
    while ((this.#chars > mostChars || this.#frames.length > mostEvents) && this.#first <= this.#sent) {
      this.#chars -= this.#frames.shift()?.length ?? 0
      this.#first++
    }
  }

  #tellChange(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers()
    resolve()
  }
}
