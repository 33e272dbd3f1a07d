import type { WireRequest } from './dialect.ts'

/**
 * A signed token (JWT, RFC 7519) that the host makes when it sends a request. The plugin gives it the key as a placeholder and gets a
 * placeholder back, so it sees neither.
 */
export interface JwtSpec {
  readonly algorithm: 'HS256' | 'RS256'
  /** Placeholder of the key, or a part of it (`secretPart`): the secret of HS256, a private key as PEM text of RS256. */
  readonly key: string
  /** Beside `alg` and `typ`. */
  readonly header?: Readonly<Record<string, unknown>>
  /** The payload of one token. Pure. A text may hold placeholders of secrets. */
  readonly claims: (moment: JwtMoment) => Readonly<Record<string, unknown>>
  /** How long one token is used again, in milliseconds. Default 0: each request has its own. */
  readonly reuseMs?: number
}

export interface JwtMoment {
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** 32 random bytes as hexadecimal text, for a `jti`. */
  readonly nonce: string
}

/**
 * A token that the vendor gives for another one (OAuth, RFC 6749 section 5.1: the answer has `access_token` and `expires_in`). The host asks
 * for it when it is needed, keeps it until a minute before its end, and renews it once when it is refused. The plugin does not see it.
 */
export interface TokenExchange {
  /** Made anew for each exchange; pure. Its headers may hold placeholders, that of a JWT among them. */
  readonly request: () => WireRequest
  /** What `expires_in` is: a duration in seconds (the standard, and the default), or a moment in seconds since 1970. */
  readonly expiresIn?: 'duration' | 'moment'
}

/** One part of a secret that consists of several, e.g. `<id>.<secret>`: a placeholder again, for `JwtSpec.key` and texts in claims. */
export function secretPart(placeholder: string, index: number, separator = '.'): string {
  return placeholder.replace(/\}\}$/, `|${separator}|${index}}}`)
}
