/** The word that OpenAI's clients choose their error class by, beside the status. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'insufficient_quota'
  | 'api_error'

export interface GatewayErrorDetails {
  /** HTTP status. */
  readonly status: number
  readonly type: ErrorType
  /** Stable; documented in `docs/guides/gateway.md`. */
  readonly code: string
  /** The field of the request that is meant, e.g. `messages.0.content`. */
  readonly param?: string | undefined
  /** What to do next. */
  readonly hint?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** A request that is answered with an error. It knows how it looks on the wire; its message is safe to show. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly status: number
  readonly type: ErrorType
  readonly code: string
  readonly param: string | undefined
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(message: string, { status, type, code, param, hint, retryAfterMs, cause }: GatewayErrorDetails) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.type = type
    this.code = code
    this.param = param
    this.hint = hint
    this.retryAfterMs = retryAfterMs
  }

  /** OpenAI's shape. */
  toJSON(): Record<string, unknown> {
    const message = this.hint === undefined ? this.message : `${this.message} ${this.hint}`
    return { error: { message, type: this.type, param: this.param ?? null, code: this.code } }
  }
}

/** Something is wrong with the request itself. */
export function badRequest(message: string, param?: string, code = 'invalid_request'): GatewayError {
  return new GatewayError(message, { status: 400, type: 'invalid_request_error', code, param })
}
