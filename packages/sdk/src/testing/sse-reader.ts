import type { WireEvent } from '../dialect.ts'

/**
 * Reads server-sent events from bytes, a piece at a time, as the HTML standard says. Small and plain: a second opinion for hosts, whose
 * own readers are built for speed. Nothing is bounded here; do not use it on untrusted input.
 */
export class ServerSentEventReader {
  readonly #decoder = new TextDecoder()
  #line = ''
  #afterReturn = false
  #name = ''
  #data: string[] = []

  /** The events that are complete with these bytes. */
  push(bytes: Uint8Array): WireEvent[] {
    const events: WireEvent[] = []
    for (const character of this.#decoder.decode(bytes, { stream: true })) {
      const isSecondHalf = character === '\n' && this.#afterReturn
      this.#afterReturn = character === '\r'
      if (isSecondHalf) continue
      if (character !== '\n' && character !== '\r') this.#line += character
      else {
        const event = this.#endLine()
        if (event !== undefined) events.push(event)
      }
    }
    return events
  }

  /**
   * What would be read if the bytes ended here. The standard drops an event without its blank line, but some vendors leave the last one
   * out: it counts when its data is `[DONE]` or whole JSON.
   */
  tail(): WireEvent | undefined {
    const data = [...this.#data, ...(this.#line.startsWith('data:') ? [valueOf(this.#line)] : [])].join('\n')
    return data.trim() === '[DONE]' || isJsonContainer(data) ? makeEvent(this.#name, data) : undefined
  }

  #endLine(): WireEvent | undefined {
    const line = this.#line
    this.#line = ''
    if (line !== '') {
      if (line === 'data' || line.startsWith('data:')) this.#data.push(valueOf(line))
      else if (line.startsWith('event:')) this.#name = valueOf(line)
      return undefined
    }
    const event = this.#data.length > 0 ? makeEvent(this.#name, this.#data.join('\n')) : undefined
    this.#name = ''
    this.#data = []
    return event
  }
}

/** Reads a whole body, given in one piece or in several. */
export function readServerSentEvents(...pieces: readonly Uint8Array[]): WireEvent[] {
  const reader = new ServerSentEventReader()
  const events = pieces.flatMap(piece => reader.push(piece))
  const tail = reader.tail()
  return tail === undefined ? events : [...events, tail]
}

function valueOf(line: string): string {
  const value = line.slice(line.indexOf(':') + 1)
  if (!line.includes(':')) return ''
  return value.startsWith(' ') ? value.slice(1) : value
}

function makeEvent(name: string, data: string): WireEvent {
  return name === '' ? { data } : { event: name, data }
}

function isJsonContainer(text: string): boolean {
  if (!/^\s*[[{]/.test(text) || !/[\]}]\s*$/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
