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
  readonly log: { readonly level: string }
  /** How failures are tried again, for providers that say nothing else. */
  readonly retry: RetryConfig
  /** Named lists of models that are asked in order. */
  readonly routes: Readonly<Record<string, RouteConfig>>
  /** Files that were read, the strongest first. */
  readonly files: readonly string[]
  /** Environment with `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Variables that are not set, by paths inside providers' entries: each stops its provider, not the host. */
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
