import type { ChatEvent, ChatRequest } from '@resoftai/sdk'

/** A chat request; without `model` the provider's own default model is asked. */
export type AgentAsk = Omit<ChatRequest, 'model'> & { readonly model?: string }

/** What an agent needs of a provider. */
export interface AgentProvider {
  readonly defaultModel?: string | undefined
  /** Ends with one `finish` or throws a `ProviderError`. Stops when `signal` aborts or the loop is left. `agent` is the role that asks. */
  stream(ask: AgentAsk, options?: { readonly signal?: AbortSignal; readonly agent?: string }): AsyncIterable<ChatEvent>
}

/** What an agent needs of a host; the host of `resoftai` is one. */
export interface AgentHost {
  /** A provider by its configured name. */
  provider(name: string): Promise<AgentProvider>
  /** A provider by a model reference `provider/model`, which becomes its default model. */
  model(reference: string): Promise<AgentProvider>
}
