import { isObject, textOf, type ChatEvent, type Frame, type JsonObject, type WireEvent } from '@resoftai/sdk'
import { isPlainFinish, isPlainMessage, plainChoice } from './as-it-came.ts'
import { PlainCalls } from './plain-calls.ts'

/**
 * Puts the events of a stream into frames, up to the first chunk in which something had to be mended: from there on they are bare. What the reader
 * keeps back of a tool call keeps its frame back as well.
 */
export class Frames {
  readonly #calls = new PlainCalls()
  #isPlain = true
  #held: Frame[] = []
  /** Told by a chunk that is not passed on, as it holds no choice. */
  #start: readonly ChatEvent[] = []

  add(event: WireEvent, chunk: JsonObject, events: readonly ChatEvent[]): readonly ChatEvent[] {
    if (!this.#isPlain) return events
    if (!Array.isArray(chunk.choices) || chunk.choices.length === 0) return this.#addWithoutChoice(events)
    if (event.event !== undefined || !this.#isPlainChunk(chunk, events)) {
      this.#isPlain = false
      return [...this.release(), ...events]
    }
    const frame: Frame = { type: 'frame', data: event.data, events: this.#start.length === 0 ? events : [...this.#start, ...events] }
    this.#start = []
    if (hasCalls(chunk) && !events.some(({ type }) => type === 'tool_call')) {
      this.#held.push(frame)
      return []
    }
    if (this.#held.length === 0) return [frame]
    const frames = [...this.#held, frame]
    this.#held = []
    return frames
  }

  /** What was kept back, without frames. */
  release(): readonly ChatEvent[] {
    const events = [...this.#start, ...this.#held.flatMap(frame => frame.events)]
    this.#start = []
    this.#held = []
    return events
  }

  /** Usage, which is told with its cost at the end, or a report of a filter. */
  #addWithoutChoice(events: readonly ChatEvent[]): readonly ChatEvent[] {
    if (!events.some(isStart)) return events
    this.#start = events.filter(isStart)
    return events.filter(told => !isStart(told))
  }

  #isPlainChunk(chunk: JsonObject, events: readonly ChatEvent[]): boolean {
    const choice = plainChoice(chunk, 'chat.completion.chunk')
    const delta = choice?.delta
    if (choice === undefined || !isObject(delta)) return false
    if (!isPlainMessage(delta, events)) return false
    const pieces = hasCalls(chunk) ? (delta.tool_calls as readonly unknown[]) : []
    if (!pieces.every(piece => this.#calls.add(piece))) return false
    const says = saysSomething(delta)
    const { finish_reason: reason } = choice
    if (reason === undefined || reason === null) return pieces.length === 0 || !says
    // The end of a reply is held until the body ends, and what it says must not be.
    return pieces.length === 0 && !says && isPlainFinish(choice, events, this.#calls)
  }
}

function hasCalls({ choices }: JsonObject): boolean {
  const [choice] = choices as readonly JsonObject[]
  return isObject(choice?.delta) && Array.isArray(choice.delta.tool_calls) && choice.delta.tool_calls.length > 0
}

function saysSomething(delta: JsonObject): boolean {
  return textOf(delta.content) !== undefined || textOf(delta.reasoning_content) !== undefined || textOf(delta.refusal) !== undefined
}

function isStart({ type }: ChatEvent): boolean {
  return type === 'start'
}
