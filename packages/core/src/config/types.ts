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
  /** Files that were read, the strongest first. */
  readonly files: readonly string[]
  /** Environment with `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Variables that are not set, by paths inside providers' entries: each stops its provider, not the host. */
  readonly unset: readonly Problem[]
  /** Of a dotted path such as `providers.groq.timeout`, or of a variable: `env.GROQ_API_KEY`. */
  origin(path: string): Origin | undefined
}

/** Settings every provider has, whatever its plugin. Times in milliseconds; the user writes seconds. */
export interface ProviderSettings {
  readonly defaultModel: string | undefined
  readonly models: readonly string[] | undefined
  /** Until the first byte of the answer. Default 60,000. */
  readonly timeoutMs: number
  /** Tries after the first. Default 3. */
  readonly maxRetries: number
  /** Without a decoded event. Default 60,000. */
  readonly stallTimeoutMs: number
  /** The same while the model reasons. Default 300,000. */
  readonly reasoningStallTimeoutMs: number
  /** For the whole call, retries included. Default 600,000. */
  readonly deadlineMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly extra: Readonly<Record<string, unknown>>
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
  /** Origins (`https://api.groq.com`) and host patterns (`*.openai.azure.com`) the host may send to. */
  readonly allowedHosts: readonly string[]
  /** By config field. */
  readonly origins: Readonly<Record<string, Origin>>
}

/** Everything that is wrong with a provider's config, at once. */
export type Resolution =
  | { readonly ok: true; readonly provider: ResolvedProvider }
  | { readonly ok: false; readonly problems: readonly Problem[] }
