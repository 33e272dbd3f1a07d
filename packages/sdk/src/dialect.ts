import type { ProviderError } from './error.ts'
import type { ChatEvent, Usage } from './event.ts'
import type { ProviderData } from './message.ts'
import type { Cost } from './reply.ts'
import type { ChatRequest, EmbeddingRequest } from './request.ts'

/** How the reply is asked for: piece by piece, or whole. */
export type ChatMode = 'stream' | 'whole'

/** What to send. Secrets in it are placeholders until the socket, so it can be printed, logged and compared as it is. */
export interface WireRequest {
  /** Default: POST with a body, GET without one. */
  readonly method?: 'GET' | 'POST'
  /** Absolute http(s) URL, on a host that the manifest's `hosts` allow. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** A JSON value, or bytes that are the JSON text of one, in one piece or a list of several. Sent as `application/json` unless `headers` say otherwise. */
  readonly body?: unknown
  /** What could not be said in this dialect and was changed or left out; each becomes a `warning` event. */
  readonly warnings?: readonly string[]
}

/** One server-sent event. */
export interface WireEvent {
  /** The `event:` name, absent when the vendor sent none. */
  readonly event?: string | undefined
  /** The `data:` lines, joined with `\n`. */
  readonly data: string
}

/**
 * Reads one stream. Returns what the event means, `'done'` when it is the vendor's end mark, or throws a `ProviderError` for a failure
 * told inside the stream. It may yield `finish` as soon as the vendor gives a reason: the host holds it back until the body ends, so that
 * usage behind it is not lost, and keeps the first one that is not `unknown`, or a later one behind more content.
 */
export type StreamDecoder = (event: WireEvent) => Iterable<ChatEvent> | 'done'

/** The pure part of a plugin: what to send, how to read what comes back. No I/O, no state between calls. */
export interface Dialect {
  encode(request: ChatRequest, mode: ChatMode): WireRequest
  /** A fresh reader for each stream. */
  streamDecoder(): StreamDecoder
  /** Reads a whole reply (parsed JSON), or says what to ask for next. Absent: this API only streams. */
  decode?(body: unknown): Iterable<ChatEvent> | FollowUp
  /**
   * Reads an error answer; `undefined` when it is none that this dialect knows, then the host judges by the status.
   * Also asked for a JSON body with status 200 that was expected to be a reply and gave no `finish`. `body` is parsed JSON, else text.
   */
  decodeError?(status: number, body: unknown, headers: Headers): ProviderError | undefined
  /** Absent: requests and replies are always written anew. */
  readonly relay?: RelayDialect
  readonly embeddings?: EmbeddingDialect
  readonly models?: ModelListDialect
  /** Asks the vendor how many tokens a request has. */
  readonly tokens?: TokenCountDialect
  /**
   * What tells the vendor that nobody waits for a reply any more, for vendors that go on working when the connection is closed. Asked when
   * a reply is left before its end; `data` is what the reply has told as `provider_data` so far. `undefined`: nothing to tell.
   */
  cancel?(data: ProviderData): WireRequest | undefined
  /** A cheap request that proves address and key. Absent: the model list is asked for. */
  readonly health?: { encode(): WireRequest }
}

/** For a vendor whose API the client speaks itself: what it wrote is passed on, and what the vendor answers as well. */
export interface RelayDialect {
  /** Whether `encode` may send `request.written` as it is: nothing in it would have to be said otherwise. */
  takes(request: ChatRequest): boolean
  /**
   * As `Dialect.streamDecoder`, but events that need nothing mended come in a `frame`. Where something is mended they come bare, and say all that no
   * frame has said.
   */
  streamDecoder(): StreamDecoder
  /** As `Dialect.decode`, of JSON and its text: one `frame`, or bare events where something is mended or no usage is told. */
  decode(body: unknown, text: string): Iterable<ChatEvent>
}

/** A whole reply that takes several requests: this answer was not the reply yet. */
export interface FollowUp {
  readonly next: WireRequest
  /** How long to wait before it, in milliseconds. Default 0. */
  readonly afterMs?: number
  /** What this answer told already: `start`, `provider_data`, `warning`. */
  readonly events?: readonly ChatEvent[]
  /** Reads the answer to `next`. Pure. */
  readonly decode: (body: unknown) => Iterable<ChatEvent> | FollowUp
}

export function isFollowUp(meaning: Iterable<ChatEvent> | FollowUp): meaning is FollowUp {
  return 'next' in meaning && 'decode' in meaning
}

export interface TokenCountDialect {
  encode(request: ChatRequest): WireRequest
  /** Input tokens of the request. */
  decode(body: unknown): number
}

export interface EmbeddingDialect {
  encode(request: EmbeddingRequest): WireRequest
  decode(body: unknown): EmbeddingReply
}

export interface EmbeddingReply {
  readonly model: string
  /** One vector for each input, in the order of the inputs. */
  readonly vectors: readonly (readonly number[])[]
  readonly usage: Usage
  /** What it costs, told by the host; `null`: unknown. A dialect never tells it. */
  readonly cost?: Cost | null
}

export interface ModelListDialect {
  encode(): WireRequest
  decode(body: unknown): readonly ModelInfo[]
}

export interface ModelInfo {
  readonly id: string
  readonly ownedBy?: string
  /** Most input and output tokens together. */
  readonly contextTokens?: number
}
