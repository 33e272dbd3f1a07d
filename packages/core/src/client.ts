import type { ChatEvent, ChatMode, ChatReply, ChatRequest, EmbeddingReply, EmbeddingRequest, ModelInfo, WireRequest } from '@resoftai/sdk'

export interface CallOptions {
  /** Aborting ends the call with `ProviderError` `cancelled` and closes the connection to the vendor. */
  readonly signal?: AbortSignal
}

/** A chat request; without `model` the provider's `default_model` is asked. */
export type Ask = Omit<ChatRequest, 'model'> & { readonly model?: string }
export type EmbedAsk = Omit<EmbeddingRequest, 'model'> & { readonly model?: string }

export interface Health {
  readonly ok: boolean
  /** Wall time of the probe. */
  readonly durationMs: number
  /** What is wrong, and what to do; absent when `ok`. */
  readonly error?: { readonly kind: string; readonly message: string; readonly hint?: string }
}

/** A configured provider, ready to be asked. */
export interface ProviderClient {
  readonly name: string
  readonly plugin: string
  readonly defaultModel: string | undefined
  chat(ask: Ask, options?: CallOptions): Promise<ChatReply>
  /** Nothing is sent before the first event is pulled. Leaving the loop closes the connection. */
  stream(ask: Ask, options?: CallOptions): AsyncGenerator<ChatEvent, void, undefined>
  embed(ask: EmbedAsk, options?: CallOptions): Promise<EmbeddingReply>
  models(options?: CallOptions): Promise<readonly ModelInfo[]>
  /** Proves address and key with the cheapest request the vendor has. Never throws. */
  health(options?: CallOptions): Promise<Health>
  /** What would be sent, secrets as placeholders. Throws `HostError` for a provider that is not a dialect. */
  encode(ask: Ask, mode?: ChatMode): WireRequest
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
  /** A client whose default model is the one of the reference `provider/model`. */
  model(reference: string): Promise<ProviderClient>
  providers(): Promise<readonly ProviderInfo[]>
  /** Closes providers in the reverse order of their start, then connections. Running calls end as `cancelled`. */
  close(): Promise<void>
}
