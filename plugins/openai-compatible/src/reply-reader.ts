import { isObject, ProviderError, textOf, type ChatEvent, type FinishReason, type JsonObject } from '@resoftai/sdk'
import { Citations } from './citations.ts'
import type { ErrorRules } from './error-rules.ts'
import { readError } from './errors.ts'
import { finishWords, type FailedFinish } from './finish.ts'
import { MessageReader } from './message-reader.ts'
import { readUsage } from './usage.ts'

export interface ReplyReaderOptions {
  readonly thinkTags: boolean
  readonly errors: ErrorRules
}

/**
 * Reads the chunks of one reply; a whole reply is one chunk whose choice holds a `message` instead of a `delta`. Only the first choice
 * makes events.
 */
export class ReplyReader {
  readonly #whole: boolean
  readonly #errors: ErrorRules
  readonly #citations = new Citations()
  readonly #message: MessageReader
  #started = false
  #ended: FinishReason | undefined
  #warnedOfChoices = false

  constructor(kind: 'stream' | 'whole', options: ReplyReaderOptions) {
    this.#whole = kind === 'whole'
    this.#errors = options.errors
    this.#message = new MessageReader(kind, options.thinkTags, this.#citations)
  }

  /** Whether a reason to finish was read. */
  get finished(): boolean {
    return this.#ended !== undefined
  }

  read(chunk: JsonObject): ChatEvent[] {
    const events: ChatEvent[] = []
    if (!this.#started) this.#start(chunk, events)
    this.#citations.readTop(chunk, events)
    if (isObject(chunk.usage)) this.#readUsage(chunk.usage, events)
    else if (isObject(chunk.x_groq)) this.#readUsage(chunk.x_groq.usage, events)
    if (Array.isArray(chunk.choices)) this.#readChoices(chunk.choices, events)
    return events
  }

  /** The vendor ended the reply properly. Tells what was held back and, when no reason was given, a `finish` all the same. */
  end(): ChatEvent[] {
    const events: ChatEvent[] = []
    if (this.#ended === undefined) this.#finish(undefined, events)
    this.#message.flush(events)
    return events
  }

  #start(chunk: JsonObject, events: ChatEvent[]): void {
    const model = textOf(chunk.model)
    // The first chunk may be about something else and name no model (Azure).
    if (model === undefined) return
    this.#started = true
    const id = textOf(chunk.id)
    events.push(id === undefined ? { type: 'start', model } : { type: 'start', model, id })
  }

  #readUsage(raw: unknown, events: ChatEvent[]): void {
    const usage = readUsage(raw)
    if (usage !== undefined) events.push({ type: 'usage', usage })
  }

  /** Where a choice has no number its place in the list is one. */
  #readChoices(choices: readonly unknown[], events: ChatEvent[]): void {
    for (const [place, choice] of choices.entries()) {
      if (!isObject(choice)) continue
      const index = typeof choice.index === 'number' ? choice.index : place
      if (index === 0) this.#readChoice(choice, events)
      else this.#warnOfChoices(events)
    }
  }

  #warnOfChoices(events: ChatEvent[]): void {
    if (!this.#warnedOfChoices) events.push({ type: 'warning', message: 'The vendor sent several choices; only the first is read.' })
    this.#warnedOfChoices = true
  }

  #readChoice(choice: JsonObject, events: ChatEvent[]): void {
    if (isObject(choice.error)) throw readError(choice, undefined, this.#errors)
    // Moonshot puts it here.
    if (isObject(choice.usage)) this.#readUsage(choice.usage, events)
    const piece = this.#pieceOf(choice)
    if (piece !== undefined) this.#message.read(piece, events)
    const reason = choice.finish_reason
    if (typeof reason !== 'string' || reason === '') return
    if (this.#ended === undefined) this.#finish(reason, events)
    else this.#readLate(reason, events)
  }

  /** Some vendors repeat the reason. A filter that works beside the stream may object when all of it is told (Azure). */
  #readLate(word: string, events: ChatEvent[]): void {
    const meaning = finishWords.get(word)
    if (typeof meaning === 'object') throw failureOf(meaning, word)
    if (meaning !== 'content_filter' || this.#ended === meaning) return
    this.#ended = meaning
    events.push({ type: 'warning', message: 'The filter of the vendor objects to this reply, which it let through before.' })
  }

  /** Perplexity sends the whole message beside the last, empty delta; some relays stream a whole message and no delta at all. */
  #pieceOf({ delta, message }: JsonObject): JsonObject | undefined {
    if (this.#whole) return isObject(message) ? message : isObject(delta) ? delta : undefined
    if (isObject(delta)) return delta
    return isObject(message) && !this.#message.said ? message : undefined
  }

  #finish(word: string | undefined, events: ChatEvent[]): void {
    const meaning = word === undefined ? 'unknown' : (finishWords.get(word) ?? 'unknown')
    if (typeof meaning === 'object') throw failureOf(meaning, word)
    this.#message.flush(events)
    const reason = this.#adjust(meaning)
    this.#ended = reason
    if (reason === 'unknown' && word === undefined)
      events.push({ type: 'warning', message: 'The vendor ended the reply without a reason.' })
    if (meaning === 'tool_calls' && reason !== 'tool_calls') {
      events.push({ type: 'warning', message: 'The vendor said that the model calls tools, but sent no call.' })
    }
    if (!this.#message.said && (reason === 'stop' || reason === 'unknown')) events.push({ type: 'warning', message: 'The reply is empty.' })
    events.push(word === undefined || word === reason ? { type: 'finish', reason } : { type: 'finish', reason, raw: word })
  }

  /** Vendors say `stop` for tool calls and refusals too. */
  #adjust(reason: FinishReason): FinishReason {
    if (this.#message.toolCallCount > 0 && (reason === 'stop' || reason === 'unknown')) return 'tool_calls'
    if (this.#message.toolCallCount === 0 && reason === 'tool_calls') return 'stop'
    return this.#message.refused && reason === 'stop' ? 'content_filter' : reason
  }
}

function failureOf({ failed, message, hint }: FailedFinish, word: string | undefined): ProviderError {
  return new ProviderError(failed, message, { code: word, vendorCode: word, hint })
}
