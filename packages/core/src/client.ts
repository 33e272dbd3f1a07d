import type {
  Attempt,
  ChatEvent,
  ChatMode,
  ChatReply,
  ChatRequest,
  Cost,
  EmbeddingReply,
  EmbeddingRequest,
  ModelInfo,
  WireRequest
} from '@resoftai/sdk'
import type { BudgetState } from './budget/index.ts'
import type { BudgetConfig } from './config/index.ts'
import type { ConvertedCost } from './cost/index.ts'
import type { CallRecord, RecordFilter, Totals, TotalsBy } from './ledger/index.ts'
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
  /** The role of the agent that asks: budgets may be for it, and the ledger names it. */
  readonly agent?: string
  /** The name of the client key that is used, for the same. Not the key itself. */
  readonly key?: string
  /** Budgets of whoever asks, beside those of the configuration and of the same form. Pass the same list each time: it is read once. */
  readonly budgets?: readonly BudgetConfig[]
  /** Names the conversation for a `sticky` route. Default: what comes up to the first question. */
  readonly session?: string
  /**
   * Its tries are added here: those so far before the first event of a stream is given, and the rest when the call ends, whatever its end. A
   * reply and an error carry them too; a stream that is read does not.
   */
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
  /** Whether an ask may have its `written` messages: all who may be asked pass them on as they are. */
  relays?(ask: Ask): boolean
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

/**
 * The books of a host. Rejects with `HostError`: `usage` when none are kept, as neither `storage` nor `budgets` is configured; `busy`, `network` or
 * `storage` when they cannot be read.
 */
export interface LedgerView {
  totals(filter: RecordFilter, by: readonly TotalsBy[]): Promise<readonly Totals[]>
  /** In the order of their time. */
  records(filter: RecordFilter): AsyncIterable<CallRecord>
  /** Removes records that began before this time (milliseconds since 1970); returns how many. */
  prune(before: number): Promise<number>
  /** Each budget as it stands; one for each provider, model, agent or key where it has a limit for each. */
  budgets(): Promise<readonly BudgetState[]>
  /** By the rate of that day; `undefined` when none is known. */
  convert(cost: Pick<Cost, 'nanos' | 'currency'>, currency: string, at: Date): Promise<ConvertedCost | undefined>
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
  /** What calls have cost, and what budgets still allow. */
  readonly ledger: LedgerView
  /** Closes providers in the reverse order of their start, then connections. Running calls end as `cancelled`. */
  close(): Promise<void>
}
