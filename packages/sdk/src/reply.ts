import { ProviderError, type Attempt } from './error.ts'
import type { ChatEvent, Citation, FinishReason, Usage } from './event.ts'
import type { AssistantMessage, ProviderData, ToolCall } from './message.ts'

/** What each part of a reply costs, in nano-units; the sum is the whole. No token is in two parts. */
export interface CostParts {
  /** Input that the cache had no part in. */
  readonly input: bigint
  readonly cachedInput: bigint
  readonly cacheWrite: bigint
  /** Without reasoning, when the vendor said how much that was. */
  readonly output: bigint
  readonly reasoning?: bigint
}

/** Money as the price list knows it: integer nano-units (1e-9) of the price's own currency. */
export interface Cost {
  readonly nanos: bigint
  /** ISO 4217, e.g. `USD`, `CNY`. */
  readonly currency: string
  /** Absent in a sum of several replies, as is `price`. */
  readonly parts?: CostParts
  /** The price it was reckoned with: where it was read, and the day (YYYY-MM-DD) to which that vouches for it. */
  readonly price?: { readonly service: string; readonly model: string; readonly source: string; readonly date: string }
  /** True when the tokens were estimated because the vendor reported none. */
  readonly estimated?: boolean
}

/** A whole reply. */
export interface ChatReply {
  readonly content: string
  /** Empty when the model sent none. */
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** The vendor's own word, when it differs. */
  readonly rawFinishReason?: string
  readonly usage: Usage
  /** `null`: unknown, never 0 for unknown. */
  readonly cost: Cost | null
  /** As the vendor named it; the asked one when it did not. */
  readonly model: string
  readonly id?: string
  readonly citations: readonly Citation[]
  readonly warnings: readonly string[]
  readonly attempts: readonly Attempt[]
  /** The reply as a message, to append to the conversation. */
  readonly message: AssistantMessage
  /** The JSON text of the vendor, of a `frame`; told by the host. */
  readonly written?: string
}

/** A text that grows by small pieces: an engine keeps each `+=` as a node that is many times larger than the piece. */
class GrowingText {
  #text = ''
  #pieces: string[] = []

  add(piece: string): void {
    if (this.#pieces.push(piece) >= 4096) this.#join()
  }

  get value(): string {
    this.#join()
    return this.#text
  }

  #join(): void {
    if (this.#pieces.length === 0) return
    this.#text += this.#pieces.length === 1 ? this.#pieces[0] : this.#pieces.join('')
    this.#pieces = []
  }
}

interface GrowingCall {
  id: string
  name: string
  arguments: string
}

const noUsage: Usage = {}
const noCalls: ReadonlyMap<number, GrowingCall> = new Map()

/**
 * Joins the events of a reply. `add` each event, then `reply()`; `partial()` at any time. What it needs for a part of a reply is made with the first
 * piece of it: thousands of these wait at the same time.
 */
export class ReplyBuilder {
  #content: GrowingText | undefined
  #reasoning: GrowingText | undefined
  #calls: Map<number, GrowingCall> | undefined
  #finish: { reason: FinishReason; raw?: string } | undefined
  #usage = noUsage
  #model: string
  #id: string | undefined
  #citations: Citation[] | undefined
  #warnings: string[] | undefined
  #providerData: ProviderData | undefined
  #cost: Cost | null = null

  /** `model` is the one asked for, until the vendor names its own. */
  constructor(model = '') {
    this.#model = model
  }

  add(event: ChatEvent): void {
    switch (event.type) {
      case 'start':
        if (event.model !== '') this.#model = event.model
        this.#id = event.id ?? this.#id
        return
      case 'text':
        ;(this.#content ??= new GrowingText()).add(event.text)
        return
      case 'reasoning':
        ;(this.#reasoning ??= new GrowingText()).add(event.text)
        return
      case 'tool_call': {
        const calls = (this.#calls ??= new Map())
        const call = calls.get(event.index) ?? { id: '', name: '', arguments: '' }
        call.id ||= event.id ?? ''
        call.name ||= event.name ?? ''
        call.arguments += event.arguments ?? ''
        calls.set(event.index, call)
        return
      }
      case 'citation':
        ;(this.#citations ??= []).push(event.citation)
        return
      case 'usage':
        this.#usage = { ...this.#usage, ...readCounts(event.usage) }
        return
      case 'cost':
        this.#cost = event.cost
        return
      case 'provider_data':
        this.#providerData = { ...this.#providerData, ...event.data }
        return
      case 'warning':
        ;(this.#warnings ??= []).push(event.message)
        return
      case 'restart':
        this.#content = undefined
        this.#reasoning = undefined
        this.#calls = undefined
        this.#citations = undefined
        this.#providerData = undefined
        this.#usage = noUsage
        this.#cost = null
        this.#finish = undefined
        return
      case 'finish':
        this.#finish = event
        return
      case 'frame':
        for (const told of event.events) this.add(told)
        return
    }
  }

  /** What has come so far; of tool calls only how many have begun. */
  partial(): {
    readonly text: string
    readonly reasoning: string
    readonly toolCalls: number
    readonly usage: Usage
    /** As the vendor named it so far, else the asked one. */
    readonly model: string
  } {
    return {
      text: this.#content?.value ?? '',
      reasoning: this.#reasoning?.value ?? '',
      toolCalls: this.#calls?.size ?? 0,
      usage: this.#usage,
      model: this.#model
    }
  }

  /** The tool calls that have begun; the last one may not be complete. */
  toolCalls(): readonly ToolCall[] {
    return [...(this.#calls ?? noCalls).entries()].toSorted(([a], [b]) => a - b).map(([index, call]) => completeCall(index, call))
  }

  /** Throws `truncated` when no `finish` was added. */
  reply(attempts: readonly Attempt[] = []): ChatReply {
    const finish = this.#finish
    if (finish === undefined) {
      throw new ProviderError('truncated', 'The reply ended before it was finished.', {
        partial: this.#content?.value ?? '',
        usage: this.#usage,
        attempts
      })
    }
    const toolCalls = this.toolCalls()
    const content = this.#content?.value ?? ''
    const reasoning = this.#reasoning?.value ?? ''
    const message: AssistantMessage = {
      role: 'assistant',
      content,
      ...(reasoning !== '' && { reasoning }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(this.#providerData !== undefined && { providerData: this.#providerData })
    }
    return {
      content,
      reasoning,
      toolCalls,
      finishReason: finish.reason,
      ...(finish.raw !== undefined && { rawFinishReason: finish.raw }),
      usage: this.#usage,
      cost: this.#cost,
      model: this.#model,
      ...(this.#id !== undefined && { id: this.#id }),
      citations: this.#citations ?? [],
      warnings: this.#warnings ?? [],
      attempts,
      message
    }
  }
}

/** Without the numbers that cannot be counted tokens: money is reckoned with what is left. */
function readCounts(usage: Usage): Usage {
  const values = Object.values(usage) as readonly (number | boolean)[]
  return values.every(isCount) ? usage : Object.fromEntries(Object.entries(usage).filter(([, value]) => isCount(value)))
}

function isCount(value: number | boolean): boolean {
  return typeof value === 'boolean' || (Number.isSafeInteger(value) && value >= 0)
}

/** Some vendors send no id, and no arguments for a tool that takes none. */
function completeCall(index: number, call: ToolCall): ToolCall {
  return { id: call.id || `call_${index}`, name: call.name, arguments: call.arguments.trim() === '' ? '{}' : call.arguments }
}

/**
 * Reads a reply stream to its end. Throws what the stream throws, and `ProviderError` `truncated` when it ends without `finish`.
 * `cost` is `null` and `attempts` empty: only a host knows them.
 */
export async function collect(events: AsyncIterable<ChatEvent> | Iterable<ChatEvent>): Promise<ChatReply> {
  const builder = new ReplyBuilder()
  for await (const event of events) builder.add(event)
  return builder.reply()
}
