import type { Usage } from './event.ts'

/** Every coarse word for what went wrong; closed. */
export const errorKinds = [
  'auth',
  'permission',
  'not_found',
  'bad_request',
  'context_length',
  'content_filter',
  'rate_limit',
  'quota',
  'overloaded',
  'server',
  'network',
  'timeout',
  'stalled',
  'truncated',
  'protocol',
  'cancelled'
] as const

/** One of `errorKinds`; `ProviderError.code` is the finer word. */
export type ProviderErrorKind = (typeof errorKinds)[number]

/** One try of a call, in the order they were made. */
export interface Attempt {
  readonly provider: string
  readonly model: string
  /** How far it came: `connect` (nothing sent), `headers` (sent, no answer yet), `body` (answer began), `done`. */
  readonly phase: 'connect' | 'headers' | 'body' | 'done'
  /** Absent when it succeeded. */
  readonly kind?: ProviderErrorKind
  readonly code?: string
  readonly status?: number
  readonly durationMs: number
  /**
   * Why it was made after another one: `retry` the same again, `key` with another key, `rescue` the whole reply in place of a stalled
   * stream, `fallback` the next model of the route. Absent for the first.
   */
  readonly why?: 'retry' | 'key' | 'rescue' | 'fallback'
  /** Which of several keys of the provider, from 1. */
  readonly key?: number
  /** How long the host waited after it before the next try. */
  readonly waitMs?: number
}

export interface ProviderErrorDetails {
  /** Finer than `kind`: `dns`, `connect`, `tls`, `reset`, `first_byte`, `total`, `idle`, `too_large`, … or a vendor-independent word of a dialect. */
  readonly code?: string | undefined
  /** HTTP status. */
  readonly status?: number | undefined
  /** The vendor's own code, as text. */
  readonly vendorCode?: string | undefined
  /** Whether the same request may succeed later. Default: by kind, see `retryableKinds`. */
  readonly retryable?: boolean | undefined
  /** How long the vendor asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** What a person should do next. */
  readonly hint?: string | undefined
  readonly provider?: string | undefined
  readonly model?: string | undefined
  /** The vendor's id of the request, for its support. */
  readonly requestId?: string | undefined
  /** Text that had already arrived. */
  readonly partial?: string | undefined
  readonly usage?: Usage | undefined
  readonly attempts?: readonly Attempt[] | undefined
  readonly cause?: unknown
}

/** Kinds that are worth a second try when a dialect does not say otherwise (WIRE.md section 11). */
export const retryableKinds: ReadonlySet<ProviderErrorKind> = new Set([
  'rate_limit',
  'overloaded',
  'server',
  'network',
  'timeout',
  'stalled',
  'truncated',
  'protocol'
])

const marker = Symbol.for('resoftai.ProviderError')

/**
 * How every failed call ends. Safe to log and to serialise: it holds no key, and of the conversation only `partial` and what the vendor
 * itself may quote in its message.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly kind: ProviderErrorKind
  readonly code: string | undefined
  readonly status: number | undefined
  readonly vendorCode: string | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly hint: string | undefined
  readonly provider: string | undefined
  readonly model: string | undefined
  readonly requestId: string | undefined
  readonly partial: string | undefined
  readonly usage: Usage | undefined
  readonly attempts: readonly Attempt[]

  constructor(kind: ProviderErrorKind, message: string, details: ProviderErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.code = details.code
    this.status = details.status
    this.vendorCode = details.vendorCode
    this.retryable = details.retryable ?? retryableKinds.has(kind)
    this.retryAfterMs = details.retryAfterMs
    this.hint = details.hint
    this.provider = details.provider
    this.model = details.model
    this.requestId = details.requestId
    this.partial = details.partial
    this.usage = details.usage
    this.attempts = details.attempts ?? []
    Object.defineProperty(this, marker, { value: true })
  }

  /** The same error with more known about it. */
  with(details: ProviderErrorDetails & { readonly message?: string | undefined }): ProviderError {
    const { message, ...more } = details
    const known = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
    const copy = new ProviderError(this.kind, message ?? this.message, { ...detailsOf(this), cause: this.cause, ...known })
    if (this.stack !== undefined && message === undefined) copy.stack = this.stack
    return copy
  }

  toJSON(): Record<string, unknown> {
    return { kind: this.kind, message: this.message, ...detailsOf(this) }
  }
}

/** Everything that may be shown: a cause is whatever somebody threw. No private method: with one, the types of two copies would not fit. */
function detailsOf(error: ProviderError): Omit<ProviderErrorDetails, 'cause'> {
  const { code, status, vendorCode, retryable, retryAfterMs, hint, provider, model, requestId, partial, usage, attempts } = error
  return { code, status, vendorCode, retryable, retryAfterMs, hint, provider, model, requestId, partial, usage, attempts }
}

/** True for a `ProviderError` of any copy of this package. */
export function isProviderError(value: unknown): value is ProviderError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
}
