import type { ChatEvent } from '@resoftai/sdk'

const open = '<think>'
const close = '</think>'

/**
 * Takes `<think>…</think>` at the start of a reply out of its text, in pieces cut anywhere. Blanks around the tags belong to neither
 * side. Tags later in the text are text: the model may be writing about them.
 */
export class ThinkTagSplitter {
  #state: 'start' | 'thinking' | 'gap' | 'text' = 'start'
  #held = ''

  push(piece: string, events: ChatEvent[]): void {
    if (this.#state === 'text') {
      events.push({ type: 'text', text: piece })
      return
    }
    this.#held += piece
    if (this.#state === 'start') this.#leaveStart(events)
    if (this.#state === 'thinking') this.#think(events)
    if (this.#state === 'gap') this.#leaveGap(events)
  }

  /** The reply is over: what was held back is what it looks like. */
  flush(events: ChatEvent[]): void {
    if (this.#held !== '' && this.#state !== 'gap') {
      events.push({ type: this.#state === 'thinking' ? 'reasoning' : 'text', text: this.#held })
    }
    this.#held = ''
  }

  #leaveStart(events: ChatEvent[]): void {
    const seen = this.#held.trimStart()
    if (seen.startsWith(open)) {
      this.#held = seen.slice(open.length)
      this.#state = 'thinking'
    } else if (!open.startsWith(seen)) this.#becomeText(events)
  }

  #think(events: ChatEvent[]): void {
    const end = this.#held.indexOf(close)
    const thought = end < 0 ? this.#held.slice(0, this.#held.length - heldBack(this.#held)) : this.#held.slice(0, end)
    if (thought !== '') events.push({ type: 'reasoning', text: thought })
    this.#held = end < 0 ? this.#held.slice(thought.length) : this.#held.slice(end + close.length)
    if (end >= 0) this.#state = 'gap'
  }

  #leaveGap(events: ChatEvent[]): void {
    this.#held = this.#held.trimStart()
    if (this.#held !== '') this.#becomeText(events)
  }

  #becomeText(events: ChatEvent[]): void {
    events.push({ type: 'text', text: this.#held })
    this.#held = ''
    this.#state = 'text'
  }
}

/** How many characters at the end may be the beginning of the closing tag. */
function heldBack(text: string): number {
  for (let length = Math.min(close.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(close.slice(0, length))) return length
  }
  return 0
}
