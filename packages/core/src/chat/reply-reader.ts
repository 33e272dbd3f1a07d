import {
  parseLeniently,
  isFollowUp,
  isProviderError,
  ProviderError,
  type ChatEvent,
  type Dialect,
  type RelayDialect,
  type StreamDecoder,
  type WireEvent
} from '@resoftai/sdk'
import { EventStreamReader, type Exchange, type ResponseHead } from '../transport/index.ts'
import { notAReply, readErrorInside } from './answer-error.ts'
import { withinLimit } from '../within-limit.ts'
import { decodeWhole, withHead } from './decode-whole.ts'
import { FinishHold } from './finish-hold.ts'

/** The events of one reply, in batches as they arrive. */
export interface ReplyReader {
  /** `undefined` when the reply is complete: a `finish` was then the last event. Rejects when it broke. */
  read(): Promise<readonly ChatEvent[] | undefined>
  /** Stops reading; closes the connection unless the reply was complete. */
  close(): void
}

/** A reader of what a vendor sends. */
export interface VendorReader extends ReplyReader {
  /** Gives the reply up: whoever reads gets this. */
  fail(reason: ProviderError): void
}

/** Ways to break off that do not matter any more when the reply is finished. */
const brokenOff: ReadonlySet<string> = new Set(['truncated', 'network', 'stalled'])

/** How long a finished reply waits for what may follow it. */
const tailMs = 3_000

/** A stream of server-sent events, each read by the dialect as it comes. */
export class StreamReader implements VendorReader {
  #exchange: Exchange
  #head: ResponseHead
  #dialect: Dialect
  #now: () => number
  #decode: StreamDecoder
  #events = new EventStreamReader()
  #held = new FinishHold()
  #state: 'reading' | 'finished' = 'reading'
  #count = 0
  /** Told to the caller after the events that came before it in the same chunk. */
  #failure: unknown

  /** With `relay` its events come in frames. */
  constructor(exchange: Exchange, head: ResponseHead, dialect: Dialect, now: () => number, relay?: RelayDialect) {
    this.#exchange = exchange
    this.#head = head
    this.#dialect = dialect
    this.#now = now
    this.#decode = (relay ?? dialect).streamDecoder()
  }

  // Not async, as thousands of these wait at the same time: what a wait holds is most of the memory of a quiet stream.
  read(): Promise<readonly ChatEvent[] | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#state === 'finished') return Promise.resolve(undefined)
    const { finish, comesWithEvery } = this.#held
    return finish === undefined || comesWithEvery ? this.#exchange.read().then(this.#take) : this.#readToEnd()
  }

  async #readToEnd(): Promise<readonly ChatEvent[] | undefined> {
    const batch: ChatEvent[] = []
    return this.#take(await this.#readTail(batch), batch)
  }

  #take = (chunk: Uint8Array | undefined, batch: ChatEvent[] = []): readonly ChatEvent[] => {
    try {
      if (chunk === undefined) this.#end(batch)
      else if (this.#decodeAll(this.#events.read(chunk), batch)) this.#finish(batch)
    } catch (error) {
      const failure = withHead(error, this.#head, this.#now)
      if (batch.length === 0) throw failure
      this.#failure = failure
    }
    return batch
  }

  fail(reason: ProviderError): void {
    this.#exchange.abort(reason)
  }

  close(): void {
    if (this.#state === 'finished') this.#exchange.release()
    else this.#exchange.abort(new Error('No longer wanted.'))
  }

  /** The reply is complete; only usage and the end mark may still come. A vendor that never closes, or breaks off now, does not spoil it. */
  async #readTail(batch: ChatEvent[]): Promise<Uint8Array | undefined> {
    const late = () => new ProviderError('truncated', 'The vendor did not end its answer.')
    try {
      return await withinLimit(this.#exchange.read(), tailMs, late)
    } catch (error) {
      if (!isProviderError(error) || !brokenOff.has(error.kind)) throw error
      batch.push({ type: 'warning', message: 'The vendor finished the reply, but did not end its answer properly; usage may be missing.' })
      return undefined
    }
  }

  /** True when one of the events was the vendor's end mark. */
  #decodeAll(events: readonly WireEvent[], batch: ChatEvent[]): boolean {
    for (const event of events) {
      this.#count++
      const decoded = this.#decodeOne(event)
      if (decoded === 'done') return true
      this.#held.sort(decoded, batch)
    }
    return false
  }

  #decodeOne(event: WireEvent): Iterable<ChatEvent> | 'done' {
    try {
      return this.#decode(event)
    } catch (error) {
      if (isProviderError(error)) throw error
      throw new ProviderError('protocol', `Event ${this.#count} of the stream cannot be read.`, { code: 'unreadable' })
    }
  }

  /** The body ended. An event without its final blank line counts when it is whole; half of one is not delivered. */
  #end(batch: ChatEvent[]): void {
    try {
      this.#decodeAll(this.#events.flush(), batch)
    } catch (error) {
      if (isProviderError(error) && error.code !== 'unreadable') throw error
    }
    if (this.#held.finish === undefined) this.#endWithoutFinish(batch)
    else this.#finish(batch)
  }

  /** Either the body was no stream but one JSON text (a reply or an error), or the stream was cut. */
  #endWithoutFinish(batch: ChatEvent[]): void {
    const { stray } = this.#events
    const text = strayJson(stray) ?? stray
    if (this.#count > 0 || (isEventStream(this.#head) && mayBeginStream(text))) {
      const failure = readErrorInside(this.#head, parseLeniently(text), this.#dialect)
      throw failure ?? new ProviderError('truncated', 'The stream ended before the reply was finished.', { code: 'no_finish' })
    }
    const meaning = decodeWhole(text, this.#head, this.#dialect)
    if (isFollowUp(meaning)) throw notAReply(this.#head, text)
    batch.push(...meaning)
    this.#state = 'finished'
  }

  #finish(batch: ChatEvent[]): void {
    const { finish } = this.#held
    if (finish === undefined) batch.push({ type: 'warning', message: 'The vendor ended the reply without a reason.' })
    batch.push(finish ?? { type: 'finish', reason: 'unknown' })
    this.#state = 'finished'
  }
}

function isEventStream({ headers }: ResponseHead): boolean {
  return headers['content-type']?.includes('event-stream') === true
}

const fields = ['data:', 'event:', 'id:', 'retry:', ':']

/** Whether the text is the beginning of an event stream that was cut before its first event. Nothing at all is not. */
function mayBeginStream(text: string): boolean {
  const begin = text.trim()
  return begin !== '' && fields.some(field => begin.startsWith(field) || field.startsWith(begin))
}

/** From the first line that begins like JSON. The blanks are those of one line: over many empty lines the search would take quadratic time. */
function strayJson(text: string): string | undefined {
  const start = /^[ \t]*[{[]/m.exec(text)
  return start === null ? undefined : text.slice(start.index)
}
