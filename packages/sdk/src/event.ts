import type { ProviderData } from './message.ts'
import type { Cost } from './reply.ts'

/**
 * Why a reply ended. `unknown`: the vendor ended the reply properly but gave no reason, or one that has no word here
 * (the vendor's own word is in `finish.raw`).
 */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'error' | 'unknown'

/**
 * Tokens as the vendor reported them; a field the vendor did not report is absent, never 0.
 * A later `usage` event overwrites the fields it has.
 */
export interface Usage {
  /** Whole input, cached part included. */
  readonly inputTokens?: number
  /** Whole output; with reasoning, unless the vendor counts reasoning apart (then `totalTokens` is larger than the sum). */
  readonly outputTokens?: number
  readonly totalTokens?: number
  /** Part of the input that was read from the vendor's cache. */
  readonly cachedTokens?: number
  /** Part of the input that was written to the vendor's cache. */
  readonly cacheWriteTokens?: number
  readonly reasoningTokens?: number
  /** True when the host estimated these numbers because the vendor reported none. */
  readonly estimated?: boolean
}

export interface Citation {
  readonly url: string
  readonly title?: string
}

/** One item of a reply stream. A stream has exactly one `finish`, as its last event, or throws one `ProviderError`. */
export type ChatEvent =
  /** The reply began. `model` is the name the vendor answers with, which may differ from the one asked for. */
  | { readonly type: 'start'; readonly model: string; readonly id?: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string }
  /** A piece of a tool call. Pieces with one `index` belong together; `arguments` pieces are joined, the first `id` and `name` stay. */
  | { readonly type: 'tool_call'; readonly index: number; readonly id?: string; readonly name?: string; readonly arguments?: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** What the reply costs, told by the host before `finish`; not told when that is unknown. A dialect never tells it. */
  | { readonly type: 'cost'; readonly cost: Cost }
  /** Must be sent back with the assistant message in the next request. Later fields win. */
  | { readonly type: 'provider_data'; readonly data: ProviderData }
  /** Something was changed, dropped or odd; a sentence for a person. Never a failure. */
  | { readonly type: 'warning'; readonly message: string }
  /** What came so far is void; the reply begins again. */
  | { readonly type: 'restart'; readonly reason: string }
  /** `raw` is the vendor's word when it differs from `reason`. */
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly raw?: string }
  | Frame

/**
 * Events, and the vendor's own words for them. Only in a reply to a request that is passed on as its client wrote it (`ChatRequest.written`): who
 * asked so may pass these on too.
 */
export interface Frame {
  readonly type: 'frame'
  /** The data of one event of the vendor's stream, or the JSON text of its whole reply, as it came. */
  readonly data: string
  /** What it tells; `finish` is the last. No frames. */
  readonly events: readonly ChatEvent[]
}
