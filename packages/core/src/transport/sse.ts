import { createParser } from 'eventsource-parser'
import { ProviderError, type WireEvent } from '@resoftai/sdk'

/**
 * Bytes of one event, all of its lines and the comments before it. Larger than any real one; small enough that a hostile stream
 * cannot fill the memory. Counted here, as the parser counts the data of an event only and skips an endless comment without complaint.
 */
const maxEventBytes = 8 * 1024 * 1024
/** Text kept for the case that the body is no event stream at all. */
const maxStrayLength = 64 * 1024

const nothing: WireEvent[] = []

/** Bytes to server-sent events, in any chunking. */
export class EventStreamReader {
  #text = new TextDecoder()
  #events = nothing
  #stray = ''
  #bytesSinceEvent = 0
  #parser = createParser({ onEvent: event => this.#events.push(event) })

  read(chunk: Uint8Array): readonly WireEvent[] {
    this.#bytesSinceEvent += chunk.length
    if (this.#bytesSinceEvent > maxEventBytes) {
      throw new ProviderError('protocol', 'The vendor sent one event of more than 8 MiB.', { code: 'too_large', retryable: false })
    }
    return this.#feed(this.#text.decode(chunk, { stream: true }))
  }

  /** What is left at the end of the body: an event that lacks its final blank line. It may be half of one. */
  flush(): readonly WireEvent[] {
    return this.#feed(`${this.#text.decode()}\n\n`)
  }

  /** The text since the last event: where a JSON error stands that some vendors put bare into a stream. */
  get stray(): string {
    return this.#stray
  }

  #feed(text: string): readonly WireEvent[] {
    const events: WireEvent[] = []
    this.#events = events
    this.#parser.feed(text)
    // What was read must not stay until the next piece comes.
    this.#events = nothing
    if (events.length > 0) {
      this.#bytesSinceEvent = 0
      this.#stray = behindLastEvent(text)
    } else this.#stray = (this.#stray + text).slice(-maxStrayLength)
    return events
  }
}

/** Mostly nothing. All of it when the blank line that ended the event came in two pieces. */
function behindLastEvent(text: string): string {
  if (text.endsWith('\n\n')) return ''
  const end = Math.max(text.lastIndexOf('\n\n'), text.lastIndexOf('\r\n\r\n'), text.lastIndexOf('\r\r'))
  return end === -1 ? text : text.slice(end + 2)
}
