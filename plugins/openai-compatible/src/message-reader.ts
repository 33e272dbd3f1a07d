import { isObject, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import type { Citations } from './citations.ts'
import { ReasoningDetails } from './reasoning-details.ts'
import { ThinkTagSplitter } from './think-tags.ts'
import { ToolCallAssembler } from './tool-calls.ts'

/**
 * Reads what the model says: a `delta` of a stream, or the `message` of a whole reply, which has the same fields. Fields that are
 * missing, empty or of another type than expected are passed over: vendors differ in all of them.
 */
export class MessageReader {
  readonly #whole: boolean
  readonly #citations: Citations
  readonly #think: ThinkTagSplitter | undefined
  /** Made with the first of them, as most replies have none. */
  #tools: ToolCallAssembler | undefined
  #details: ReasoningDetails | undefined
  #said = false
  #refused = false
  #untoldData = false

  constructor(kind: 'stream' | 'whole', thinkTags: boolean, citations: Citations) {
    this.#whole = kind === 'whole'
    this.#citations = citations
    this.#think = thinkTags ? new ThinkTagSplitter() : undefined
  }

  /** Whether any of it became an event. */
  get said(): boolean {
    return this.#said
  }

  /** Whether the model refused to answer. */
  get refused(): boolean {
    return this.#refused
  }

  get toolCallCount(): number {
    return this.#tools?.count ?? 0
  }

  read(piece: JsonObject, events: ChatEvent[]): void {
    const before = events.length
    this.#readReasoning(piece, events)
    const { content } = piece
    if (typeof content === 'string') this.#addText(content, events)
    else if (Array.isArray(content)) this.#readParts(content, events)
    if (typeof piece.refusal === 'string' && piece.refusal !== '') {
      this.#refused = true
      this.#addText(piece.refusal, events)
    }
    if (isObject(piece.audio)) this.#addText(textOf(piece.audio.transcript) ?? '', events)
    if (Array.isArray(piece.tool_calls)) this.#readToolCalls(piece.tool_calls, events)
    if (isObject(piece.function_call)) this.#readToolCalls([{ index: -1, function: piece.function_call }], events)
    if (Array.isArray(piece.annotations)) this.#citations.readAnnotations(piece.annotations, events)
    if (events.length > before) this.#said = true
  }

  /** The reply is over: tells what was held back. */
  flush(events: ChatEvent[]): void {
    const before = events.length
    this.#think?.flush(events)
    this.#tools?.flush(events)
    if (events.length > before) this.#said = true
    if (!this.#untoldData) return
    this.#untoldData = false
    const blocks = this.#details?.blocks
    const extra = this.#tools?.extraContent
    events.push({
      type: 'provider_data',
      data: { ...(blocks !== undefined && { reasoning_details: blocks }), ...(extra !== undefined && { extra_content: extra }) }
    })
  }

  #readReasoning(piece: JsonObject, events: ChatEvent[]): void {
    let reasoning = textOf(piece.reasoning_content) ?? textOf(piece.reasoning)
    if (Array.isArray(piece.reasoning_details) && piece.reasoning_details.length > 0) {
      const text = (this.#details ??= new ReasoningDetails()).add(piece.reasoning_details)
      reasoning ??= textOf(text)
      this.#untoldData = true
    }
    if (reasoning !== undefined) events.push({ type: 'reasoning', text: reasoning })
  }

  #addText(text: string, events: ChatEvent[]): void {
    if (text === '') return
    if (this.#think === undefined) events.push({ type: 'text', text })
    else this.#think.push(text, events)
  }

  /** Mistral: `[{type: thinking, thinking: [{type: text, text}]}, {type: text, text}]`. */
  #readParts(parts: readonly unknown[], events: ChatEvent[]): void {
    for (const part of parts) {
      if (!isObject(part)) continue
      if (part.type === 'thinking') {
        const text = thinkingText(part.thinking)
        if (text !== '') events.push({ type: 'reasoning', text })
      } else if (typeof part.text === 'string') this.#addText(part.text, events)
    }
  }

  #readToolCalls(calls: readonly unknown[], events: ChatEvent[]): void {
    const tools = (this.#tools ??= new ToolCallAssembler())
    for (const call of calls) {
      if (this.#whole) tools.addWhole(call, events)
      else tools.add(call, events)
    }
    if (tools.extraContent !== undefined) this.#untoldData = true
  }
}

function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return ''
  return thinking.map(part => (isObject(part) ? (textOf(part.text) ?? '') : '')).join('')
}
