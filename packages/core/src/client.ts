import type {
  Attempt,
  ChatEvent,
  ChatMode,
  ChatReply,
  ChatRequest,
  EmbeddingReply,
  EmbeddingRequest,
  ModelInfo,
  WireRequest
} from '@resoftai/sdk'
import type { ProviderStats } from './observe/index.ts'

export interface CallOptions {
  /** Aborting ends the call with `ProviderError` `cancelled` and closes the connection to the vendor. */
  readonly signal?: AbortSignal
  /**
   * Whether a reply that was begun may begin again, after a `restart` event, from a whole reply or the next model of a route. Default: after a
   * stall only. `true`: also after a connection that broke. `false`: never; what is shown stays.
   */
  readonly restart?: boolean
  /** Refuse the request when this vendor cannot take all of it as it is, instead of changing it with a warning. Default: the provider's `strict`. */
  readonly strict?: boolean
  /** Names the conversation for a `sticky` route. Default: what comes up to the first question. */
  readonly session?: string
  /** When the call ends, whatever its end, its tries are added here. A reply and an error carry them too; a stream that is read does not. */
  readonly attempts?: Attempt[]
}

/** A chat request; without `model` the provider's `default_model` is asked. */
export type Ask = Omit<ChatRequest, 'model'> & { readonly model?: string }
export type EmbedAsk = Omit<EmbeddingRequest, 'model'> & { readonly model?: string }

export interface Health {
  readonly ok: boolean
  /** Wall time of the probe. */
  readonly durationMs: number
  /** What is wrong, and what to do; absent when `ok`. */
  readonly error?: { readonly kind: string; readonly code?: string; readonly message: string; readonly hint?: string }
  /** How far this machine's clock is ahead of the vendor's, to a second or two, by the `Date` of its answer. Absent when there was none. */
  readonly clockSkewMs?: number
}

/** A configured provider, or a route of several, ready to be asked. */
export interface ProviderClient {
  readonly name: string
  /** `route` for a route. */
  readonly plugin: string
  readonly defaultModel: string | undefined
  chat(ask: Ask, options?: CallOptions): Promise<ChatReply>
  /** Nothing is sent before the first event is pulled. Leaving the loop closes the connection. */
  stream(ask: Ask, options?: CallOptions): AsyncGenerator<ChatEvent, void, undefined>
  embed(ask: EmbedAsk, options?: CallOptions): Promise<EmbeddingReply>
  models(options?: CallOptions): Promise<readonly ModelInfo[]>
  /**
   * How many input tokens a request has: asks the vendor, else counts with the package `gpt-tokenizer` when that is installed and knows the
   * model. Throws `HostError` where neither can.
   */
  countTokens(ask: Ask, options?: CallOptions): Promise<number>
  /** The same at once and without asking anybody, by a rule that learns from the usage which comes back. An estimate. */
  estimateTokens(ask: Ask): Promise<number>
  /** Proves address and key with the cheapest request the vendor has. Never throws. */
  health(options?: CallOptions): Promise<Health>
  /**
   * What would be sent, secrets as placeholders. Throws `HostError` for a provider that is not a dialect, and with `strict` what a call would
   * throw.
   */
  encode(ask: Ask, mode?: ChatMode, options?: Pick<CallOptions, 'strict'>): WireRequest
}

export interface ProviderInfo {
  readonly name: string
  readonly plugin: string
  readonly preset?: string
  readonly defaultModel?: string
  /** `ready`: can be asked. `unconfigured`: a required field is missing or wrong (`problem` says which). `unavailable`: its plugin is missing, broken, disabled or incompatible. */
  readonly state: 'ready' | 'unconfigured' | 'unavailable'
  readonly problem?: string
}

export interface Host {
  /** A provider by its configured name or the id or alias of its plugin. Starts it when needed. */
  provider(name: string): Promise<ProviderClient>
  /** A client whose default model is the one of the reference `provider/model`; or for a route, by its name. */
  model(reference: string): Promise<ProviderClient>
  /** Names of the routes. */
  routes(): readonly string[]
  /** What happened with each provider that was used since the host was made, for whoever exports it. */
  stats(): Readonly<Record<string, ProviderStats>>
  providers(): Promise<readonly ProviderInfo[]>
  /** Closes providers in the reverse order of their start, then connections. Running calls end as `cancelled`. */
  close(): Promise<void>
}
