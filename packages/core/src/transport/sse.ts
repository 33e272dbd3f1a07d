import { createParser } from 'eventsource-parser'
import { ProviderError, type WireEvent } from '@resoftai/sdk'

/**
 * Bytes of one event, all of its lines and the comments before it. Larger than any real one; small enough that a hostile stream
 * cannot fill the memory. Counted here, as the parser counts the data of an event only and skips an endless comment without complaint.
 */
const maxEventBytes = 8 * 1024 * 1024
/** Text kept for the case that the body is no event stream at all. */
const maxStrayLength = 64 * 1024

const byteOrderMark = '\ufeff'
const lineFeed = 10

/** Bytes to server-sent events, in any chunking. */
export class EventStreamReader {
  /** In the middle of an event. Between two of them nothing is left to remember, and thousands of streams wait there. */
  #parser: Parser | undefined
  #isBegun = false
  #stray = ''
  #bytesSinceEvent = 0

  read(chunk: Uint8Array): readonly WireEvent[] {
    this.#bytesSinceEvent += chunk.length
    if (this.#bytesSinceEvent > maxEventBytes) {
      throw new ProviderError('protocol', 'The vendor sent one event of more than 8 MiB.', { code: 'too_large', retryable: false })
    }
    const parser = (this.#parser ??= spareParsers.pop() ?? new Parser())
    const text = parser.decode(chunk)
    const events = this.#parse(parser, text)
    // With another byte at its end there would be a part of a character left.
    if (text.endsWith('\n\n') && chunk.at(-1) === lineFeed) {
      this.#parser = undefined
      if (spareParsers.length < mostSpareParsers) spareParsers.push(parser)
    }
    return events
  }

  /** What is left at the end of the body: an event that lacks its final blank line. It may be half of one. */
  flush(): readonly WireEvent[] {
    if (this.#parser === undefined) return []
    return this.#parse(this.#parser, `${this.#parser.decodeRest()}\n\n`)
  }

  /** The text since the last event: where a JSON error stands that some vendors put bare into a stream. */
  get stray(): string {
    return this.#stray
  }

  #parse(parser: Parser, text: string): readonly WireEvent[] {
    const events = parser.parse(this.#isBegun || !text.startsWith(byteOrderMark) ? text : text.slice(1))
    this.#isBegun ||= text !== ''
    if (events.length > 0) {
      this.#bytesSinceEvent = 0
      this.#stray = behindLastEvent(text)
    } else this.#stray = (this.#stray + text).slice(-maxStrayLength)
    return events
  }
}

/** Text of the middle of a stream, with what is left of a piece until the next one comes. */
class Parser {
  #text = new TextDecoder('utf-8', { ignoreBOM: true })
  #events: WireEvent[] = []
  #parser = createParser({ onEvent: event => this.#events.push(event) })

  decode(chunk: Uint8Array): string {
    return this.#text.decode(chunk, { stream: true })
  }

  decodeRest(): string {
    return this.#text.decode()
  }

  parse(text: string): readonly WireEvent[] {
    this.#parser.feed(text)
    const events = this.#events
    // What was read must not stay until the next piece comes.
    this.#events = []
    return events
  }
}

/** More than one where events come in several pieces. */
const mostSpareParsers = 16
const spareParsers: Parser[] = []

/** Mostly nothing. All of it when the blank line that ended the event came in two pieces. */
function behindLastEvent(text: string): string {
  if (text.endsWith('\n\n')) return ''
  const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'), text.lastIndexOf('\r\r'))
  return end === -1 ? text : text.slice(end + 2)
}
