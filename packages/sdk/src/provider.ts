import type { Dialect } from './dialect.ts'
import type { ChatEvent } from './event.ts'
import type { ChatRequest } from './request.ts'
import type { JwtSpec, TokenExchange } from './token.ts'

export interface PluginLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** What a plugin is given, frozen. It gets nothing else: no key, no socket, no environment. */
export interface ProviderContext<Config = Readonly<Record<string, unknown>>> {
  /** The provider's name in this host, for messages. */
  readonly provider: string
  /**
   * Checked against the manifest's schema, defaults and preset filled in. A field marked `writeOnly` holds a placeholder text: put it into a
   * header value as if it were the key. It is absent when the user set none and the schema does not require it.
   */
  readonly config: Config
  readonly log: PluginLog
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** A placeholder for a token that the host signs when it sends: put it into a header value as if it were the token. Call it in `create`. */
  readonly sign: (jwt: JwtSpec) => string
  /** A placeholder for a token that the host gets from the vendor. Call it in `create`. */
  readonly exchange: (exchange: TokenExchange) => string
}

/** For what is not one HTTP call. A plugin should be a `Dialect` wherever it can: a dialect cannot leak, hang or see a key. */
export interface Provider {
  /** Must end with one `finish` or throw, and stop when `signal` aborts. */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent>
  models?(): Promise<readonly { readonly id: string }[]> | readonly { readonly id: string }[]
  close?(): Promise<void> | void
}

export interface ProviderDefinition<Config = Readonly<Record<string, unknown>>> {
  create(context: ProviderContext<Config>): Dialect | Provider | Promise<Dialect | Provider>
}

/** What a plugin's entry file exports as `default`. */
export function defineProvider<Config = Readonly<Record<string, unknown>>>(
  definition: ProviderDefinition<Config>
): ProviderDefinition<Config> {
  return definition
}
