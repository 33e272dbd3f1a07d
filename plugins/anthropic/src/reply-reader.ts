import { isObject, objectsOf, ProviderError, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { BlockReader } from './block-reader.ts'
import { Citations } from './citations.ts'
import { finishEvents } from './finish.ts'
import { UsageReader } from './usage.ts'

/** The blocks that hold nothing but a text, by their deltas. */
const textTypes: ReadonlyMap<unknown, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking']
])

/** Reads one reply, in pieces or whole. */
export class ReplyReader {
  #id: string | undefined
  #hasBegun = false
  #isFinished = false
  #usage = new UsageReader()
  #citations = new Citations()
  #open = new Map<unknown, BlockReader>()
  #blocks = 0
  #calls = 0
  #isReplyTool = false
  #kept: JsonObject[] = []
  #stopReason: string | undefined
  #stopDetails: unknown

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** `message_start`, which proxies were seen to repeat and to mix (WIRE.md 9.4), or a whole reply: its content may be there already. */
  begin(message: JsonObject, events: ChatEvent[]): void {
    const id = textOf(message.id)
    if (this.#hasBegun && (this.#isFinished || id === this.#id)) return
    if (this.#blocks > 0) throw new ProviderError('protocol', 'The vendor mixed two replies in one stream.', { code: 'mixed' })
    this.#hasBegun = true
    this.#id = id
    events.push({ type: 'start', model: textOf(message.model) ?? '', ...(id !== undefined && { id }) })
    this.#readUsage(message.usage, events)
    for (const block of objectsOf(message.content)) this.#keep(this.#startBlock(block, events), events)
    this.#readStop(message)
  }

  beginBlock(index: unknown, block: JsonObject, events: ChatEvent[]): void {
    this.endBlock(index, events)
    this.#open.set(index, this.#startBlock(block, events))
  }

  /** A text whose beginning was lost on the way is a text all the same. */
  readDelta(index: unknown, delta: JsonObject, events: ChatEvent[]): void {
    const type = textTypes.get(delta.type)
    if (type !== undefined && !this.#open.has(index)) this.beginBlock(index, { type }, events)
    const block = this.#open.get(index)
    if (block !== undefined) block.read(delta, events)
    else if (textOf(delta.partial_json) !== undefined)
      throw new ProviderError('protocol', 'The vendor sent arguments of a tool call that did not begin.', { code: 'tool_call' })
  }

  endBlock(index: unknown, events: ChatEvent[]): void {
    const block = this.#open.get(index)
    this.#open.delete(index)
    if (block !== undefined) this.#keep(block, events)
  }

  /** `message_delta`; there may be several, and the first with a reason ends the reply. */
  readEnd(delta: unknown, usage: unknown, events: ChatEvent[]): void {
    this.#readUsage(usage, events)
    if (isObject(delta)) this.#readStop(delta)
    if (this.#stopReason !== undefined) this.finish(events)
  }

  finish(events: ChatEvent[]): void {
    if (this.#isFinished) return
    this.#isFinished = true
    for (const index of this.#open.keys()) this.endBlock(index, events)
    if (!this.#kept.every(isPlain)) events.push({ type: 'provider_data', data: { anthropic: { content: this.#kept } } })
    events.push(...finishEvents(this.#stopReason, this.#stopDetails, this.#isReplyTool && this.#calls === 0))
  }

  #startBlock(raw: JsonObject, events: ChatEvent[]): BlockReader {
    const block = new BlockReader(raw, this.#calls, this.#citations, events)
    this.#blocks++
    if (block.kind === 'call') this.#calls++
    if (block.kind === 'reply') this.#isReplyTool = true
    return block
  }

  #keep(block: BlockReader, events: ChatEvent[]): void {
    const whole = block.end(events)
    if (whole !== undefined) this.#kept.push(whole)
  }

  #readStop({ stop_reason: reason, stop_details: details }: JsonObject): void {
    this.#stopReason ??= textOf(reason)
    this.#stopDetails ??= details
  }

  #readUsage(report: unknown, events: ChatEvent[]): void {
    const usage = this.#usage.read(report)
    if (usage !== undefined) events.push({ type: 'usage', usage })
  }
}

const plainFields = ['type', 'id', 'name', 'input']

/** What text and tool calls of a message can say again. */
function isPlain(block: JsonObject): boolean {
  if (block.type === 'text') return true
  return block.type === 'tool_use' && Object.entries(block).every(([key, value]) => plainFields.includes(key) || isDirect(key, value))
}

/** A call by the model itself, not by code that it wrote. */
function isDirect(key: string, value: unknown): boolean {
  return value === null || (key === 'caller' && isObject(value) && value.type === 'direct')
}
