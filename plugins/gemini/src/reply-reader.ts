import { isObject, objectsOf, ProviderError, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { Citations } from './citations.ts'
import { readError } from './errors.ts'
import { readFinish } from './finish.ts'
import { FunctionCalls } from './function-calls.ts'
import { ReplayLog } from './replay.ts'
import { UsageReader } from './usage.ts'

/** Reads the chunks of one reply; a whole reply is one chunk (WIRE.md 10.3, 10.4). */
export class ReplyReader {
  readonly #usage = new UsageReader()
  readonly #citations = new Citations()
  readonly #replay = new ReplayLog()
  readonly #calls = new FunctionCalls(this.#replay)
  readonly #warned = new Set<string>()
  #model: string | undefined
  #id: string | undefined
  #said = false
  /** The last one that was told. */
  #finish: string | undefined

  /** Whether a reason to finish was read. */
  get finished(): boolean {
    return this.#finish !== undefined
  }

  /** Whether anything of a reply was read. */
  get said(): boolean {
    return this.#said
  }

  read(chunk: JsonObject): ChatEvent[] {
    if (chunk.error !== undefined && chunk.error !== null) throw readError(chunk)
    const events: ChatEvent[] = []
    this.#start(chunk, events)
    const usage = isObject(chunk.usageMetadata) ? this.#usage.read(chunk.usageMetadata) : undefined
    if (usage !== undefined) events.push({ type: 'usage', usage })
    for (const candidate of objectsOf(chunk.candidates)) {
      if (candidate.index === undefined || candidate.index === 0) this.#readCandidate(candidate, events)
      else this.#warn('The vendor sent several answers; only the first is read.', events)
    }
    this.#readFeedback(chunk.promptFeedback, events)
    return events
  }

  /** The vendor ended the reply properly, and gave no reason. */
  end(): ChatEvent[] {
    const events: ChatEvent[] = []
    this.#warn('The vendor ended the reply without a reason.', events)
    this.#conclude('', undefined, events)
    return events
  }

  #start({ modelVersion, responseId }: JsonObject, events: ChatEvent[]): void {
    this.#id ??= textOf(responseId)
    const model = textOf(modelVersion)
    if (this.#model !== undefined || model === undefined) return
    this.#model = model
    events.push({ type: 'start', model, ...(this.#id !== undefined && { id: this.#id }) })
  }

  #readCandidate(candidate: JsonObject, events: ChatEvent[]): void {
    const parts = isObject(candidate.content) ? objectsOf(candidate.content.parts) : []
    if (this.finished && parts.some(part => part.text !== '')) {
      // Retired models did (WIRE.md 10.4). There is no better sign: one chunk with a reason is also all of a short reply.
      this.#warn('The vendor ends every piece as if it were the last: if the reply was cut, that cannot be seen.', events)
    }
    for (const part of parts) this.#readPart(part, events)
    this.#citations.read(candidate, events)
    const word = textOf(candidate.finishReason)
    if (word !== undefined && word !== 'FINISH_REASON_UNSPECIFIED') this.#conclude(word, textOf(candidate.finishMessage), events)
  }

  #readPart(part: JsonObject, events: ChatEvent[]): void {
    const before = events.length
    if (isObject(part.functionCall)) this.#calls.read(part, part.functionCall, this.#id, events)
    else {
      this.#calls.close(events)
      this.#replay.add(part)
      const text = textOf(part.text)
      if (text !== undefined) events.push({ type: part.thought === true ? 'reasoning' : 'text', text })
      else if (isObject(part.inlineData)) this.#warn('The vendor sent a file, which is only kept in providerData.', events)
    }
    this.#said ||= events.length > before
  }

  /** The prompt itself was refused: there is no candidate at all. */
  #readFeedback(feedback: unknown, events: ChatEvent[]): void {
    const reason = isObject(feedback) ? textOf(feedback.blockReason) : undefined
    if (!isObject(feedback) || reason === undefined || reason.endsWith('_UNSPECIFIED') || this.finished) return
    const message = textOf(feedback.blockReasonMessage)
    if (message !== undefined) this.#warn(message, events)
    this.#finish = `content_filter ${reason}`
    events.push({ type: 'finish', reason: 'content_filter', raw: reason })
  }

  #conclude(word: string, message: string | undefined, events: ChatEvent[]): void {
    this.#calls.close(events)
    const meaning = readFinish(word, message, this.#usage.usage)
    const reason = this.#calls.count > 0 && (meaning === 'stop' || meaning === 'unknown') ? 'tool_calls' : meaning
    if (!this.#said && reason === 'unknown') {
      throw new ProviderError('server', message ?? 'The vendor ended the reply before it said anything.', { vendorCode: word })
    }
    if (!this.#said && reason === 'stop') this.#warn('The reply is empty.', events)
    if (reason === 'content_filter' && message !== undefined) this.#warn(message, events)
    const data = this.#replay.data(this.#model)
    if (data !== undefined) events.push({ type: 'provider_data', data })
    if (this.#finish === `${reason} ${word}`) return
    this.#finish = `${reason} ${word}`
    events.push({ type: 'finish', reason, ...(word !== '' && { raw: word }) })
  }

  #warn(message: string, events: ChatEvent[]): void {
    if (this.#warned.has(message)) return
    this.#warned.add(message)
    events.push({ type: 'warning', message })
  }
}
