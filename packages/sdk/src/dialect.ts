import type { ProviderError } from './error.ts'
import type { ChatEvent, Usage } from './event.ts'
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
  /** A JSON value. Sent as `application/json` unless `headers` say otherwise. */
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
 * usage behind it is not lost, and keeps the first one that is not `unknown`.
 */
export type StreamDecoder = (event: WireEvent) => Iterable<ChatEvent> | 'done'

/** The pure part of a plugin: what to send, how to read what comes back. No I/O, no state between calls. */
export interface Dialect {
  encode(request: ChatRequest, mode: ChatMode): WireRequest
  /** A fresh reader for each stream. */
  streamDecoder(): StreamDecoder
  /** Reads a whole reply (parsed JSON). Absent: this API only streams. */
  decode?(body: unknown): Iterable<ChatEvent>
  /**
   * Reads an error answer; `undefined` when it is none that this dialect knows, then the host judges by the status.
   * Also asked for a JSON body with status 200 that was expected to be a reply and gave no `finish`. `body` is parsed JSON, else text.
   */
  decodeError?(status: number, body: unknown, headers: Headers): ProviderError | undefined
  readonly embeddings?: EmbeddingDialect
  readonly models?: ModelListDialect
  /** A cheap request that proves address and key. Absent: the model list is asked for. */
  readonly health?: { encode(): WireRequest }
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
