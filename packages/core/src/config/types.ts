import type { ProviderErrorKind } from '@resoftai/sdk'
import type { Problem } from '../error.ts'

/** Where a value came from, for `config show --origin` and for hints such as "the key came from …". Never holds the value. */
export type Origin =
  /** `variables`: the text there was made from them (`${NAME}`). */
  | { readonly from: 'file'; readonly file: string; readonly line?: number; readonly variables?: readonly string[] }
  /** `file` when the variable was read from a `.env` file. */
  | { readonly from: 'env'; readonly variable: string; readonly file?: string }
  | { readonly from: 'secret'; readonly store: string }
  | { readonly from: 'preset'; readonly preset: string }
  | { readonly from: 'default' }
  | { readonly from: 'option' }

/** One provider as a person wrote it, before its plugin is known. */
export type ProviderEntry = Readonly<Record<string, unknown>>

/** The configuration, read but not yet judged by any plugin's schema. */
export interface HostConfig {
  /** In the order written; later files never reorder. */
  readonly providers: Readonly<Record<string, ProviderEntry>>
  readonly log: LogConfig
  readonly telemetry: TelemetryConfig
  /** How failures are tried again, for providers that say nothing else. */
  readonly retry: RetryConfig
  /** Named lists of models that are asked in order. */
  readonly routes: Readonly<Record<string, RouteConfig>>
  /** Those of every file: each limit holds. */
  readonly budgets: readonly BudgetConfig[]
  readonly storage: StorageConfig
  readonly gateway: GatewayConfig
  /** Where the agents of the gateway have their tools from, by name. */
  readonly tools: Readonly<Record<string, ToolsConfig>>
  /** Files that were read, the strongest first. */
  readonly files: readonly string[]
  /** Environment with `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Variables that are not set, by paths inside the entries of providers and tools: each stops its entry, not the host. */
  readonly unset: readonly Problem[]
  /** Of a dotted path such as `providers.groq.timeout`, or of a variable: `env.GROQ_API_KEY`. */
  origin(path: string): Origin | undefined
}

/** `retry` as a person writes it: every part may be absent. Times in seconds. */
export interface RetryConfig {
  readonly max_retries?: number
  readonly base_delay?: number
  readonly backoff_factor?: number
  readonly max_delay?: number
  readonly retryable_errors?: readonly ProviderErrorKind[]
}

/** A route as a person writes it: a list of model references, or more said about it. */
export type RouteConfig = readonly (string | RouteTargetConfig)[] | RouteSettings

export interface RouteSettings {
  readonly models: readonly (string | RouteTargetConfig)[]
  readonly sticky?: boolean
  readonly fallback_on?: readonly ProviderErrorKind[]
}

export interface RouteTargetConfig {
  readonly model: string
  readonly weight?: number
  readonly only_after?: readonly ProviderErrorKind[]
}

/** A budget as a person writes it. */
export interface BudgetConfig {
  readonly name?: string
  readonly per: 'request' | 'day' | 'week' | 'month' | 'total'
  /** `20 CNY` */
  readonly limit: string
  readonly provider?: string
  /** `provider/model` */
  readonly model?: string
  readonly agent?: string
  readonly key?: string
  readonly each?: 'provider' | 'model' | 'agent' | 'key'
  readonly time_zone?: string
  readonly warn_at?: readonly number[]
  readonly unpriced?: 'refuse' | 'allow'
}

export interface StorageConfig {
  /** The file of a `sqlite:` address is absolute here. */
  readonly url?: string
  readonly on_failure?: 'refuse' | 'allow'
  readonly keep_days?: number
  readonly keep_conversations_days?: number
}

export interface LogConfig {
  readonly level: string
  /** Absolute here. */
  readonly file?: string
  readonly max_size_mb?: number
  readonly keep?: number
  readonly daily?: boolean
}

export interface TelemetryConfig {
  readonly endpoint?: string
}

export interface GatewayConfig {
  readonly host?: string
  readonly port?: number
  readonly anonymous?: boolean
  readonly cors?: readonly string[]
  readonly metrics?: 'admin' | 'public'
  readonly docs?: 'admin' | 'public'
  readonly max_body_mb?: number
  /** Seconds. */
  readonly drain?: number
}

/** A source of tools as a person writes it: with one of `module`, `command` and `url`. */
export interface ToolsEntry {
  /** A file that exports tools. */
  readonly module?: string
  /** A program that is an MCP server. */
  readonly command?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The address of an MCP server. */
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Which of its tools. */
  readonly only?: readonly string[]
  /** Seconds for one call. */
  readonly timeout?: number
}

export interface ToolsConfig extends ToolsEntry {
  /** Where relative paths begin; `module` is absolute here. */
  readonly folder: string
  /** What no log and no answer may show. */
  readonly secrets: readonly string[]
  /** Why it cannot be used. */
  readonly problems: readonly Problem[]
}

/** When and how a failed try is repeated. */
export interface RetryPolicy {
  /** Tries after the first. Default 3. */
  readonly maxRetries: number
  /** Before the second try; spread at random between half and the whole. Default 500. */
  readonly baseDelayMs: number
  /** By how much the delay grows from try to try. Default 2. */
  readonly backoffFactor: number
  /** The longest delay that the host chooses. Default 8,000. */
  readonly maxDelayMs: number
  /** Kinds that are tried again; default: what the error itself says (`ProviderError.retryable`). */
  readonly retryableErrors: ReadonlySet<ProviderErrorKind> | undefined
}

/** How long the phases of a call may take, in milliseconds. */
export interface CallLimits {
  /** Name look-up, TCP and TLS. Default 10,000. */
  readonly connectTimeoutMs: number
  /** Until the first byte of the answer. Default 60,000. */
  readonly timeoutMs: number
  /** From there to the first decoded event, while nothing at all comes. Default: `timeoutMs`. */
  readonly firstEventTimeoutMs: number
  /** Without a decoded event. Default 60,000. */
  readonly stallTimeoutMs: number
  /** The same while the model reasons. Default 300,000. */
  readonly reasoningStallTimeoutMs: number
  /** For the whole call, retries included. Default 600,000. */
  readonly deadlineMs: number
}

/** Settings every provider has, whatever its plugin. The user writes seconds. */
export interface ProviderSettings extends CallLimits {
  readonly defaultModel: string | undefined
  readonly models: readonly string[] | undefined
  /** The limits for a model, which may have some of its own. */
  readonly limitsOf: (model: string) => CallLimits
  readonly retry: RetryPolicy
  /** After a stall in the middle the reply is asked for once more, whole. Default true. */
  readonly fallbackToNonstream: boolean
  /** A request that the vendor cannot take as it is, is refused. Default false: it is changed, and warnings say how. */
  readonly strict: boolean
  readonly breaker: BreakerSettings
  readonly headers: Readonly<Record<string, string>>
  readonly extra: Readonly<Record<string, unknown>>
}

export interface BreakerSettings {
  /** Failed tries in a row that open it; 0: never. Default 10. */
  readonly failures: number
  /** How long it stays open at first; doubles while the vendor stays dead, up to 60,000. Default 5,000. */
  readonly restMs: number
}

/** A provider that can be started. */
export interface ResolvedProvider {
  readonly name: string
  readonly preset: string | undefined
  readonly settings: ProviderSettings
  /** For the plugin: frozen, defaults and preset filled in, secrets as placeholders. */
  readonly config: Readonly<Record<string, unknown>>
  /** Placeholder → real value. Stays in the host. */
  readonly secrets: ReadonlyMap<string, string>
  /** The same for each key, when a secret has several values; the first is `secrets`. */
  readonly secretSets: readonly ReadonlyMap<string, string>[]
  /** Origins (`https://api.groq.com`) and host patterns (`*.openai.azure.com`) the host may send to. */
  readonly allowedHosts: readonly string[]
  /** Which of them lead into a private network: `any` where a person wrote the very address. The others must be on the public internet. */
  readonly reach: ReadonlyMap<string, 'private' | 'any'>
  /** By config field. */
  readonly origins: Readonly<Record<string, Origin>>
}

/** Everything that is wrong with a provider's config, at once. */
export type Resolution =
  | { readonly ok: true; readonly provider: ResolvedProvider }
  | { readonly ok: false; readonly problems: readonly Problem[] }
