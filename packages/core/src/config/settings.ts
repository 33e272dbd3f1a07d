import type { ProviderErrorKind } from '@resoftai/sdk'
import type { ConfigField } from '../plugins/types.ts'
import type { BreakerSettings, CallLimits, ProviderSettings, RetryConfig, RetryPolicy } from './types.ts'

/** The longest a timer can wait: 2^31 - 1 milliseconds. Above it would fire at once. */
const mostSeconds = 2_147_483
const seconds = { type: 'number', exclusiveMinimum: 0, maximum: mostSeconds }
const retries = { type: 'integer', minimum: 0, maximum: 10 }

/** All that a list of kinds may name. Written out, as to look at plugins must not cost loading the SDK. */
const kinds: readonly ProviderErrorKind[] = [
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
  'protocol'
]

/** The limits, as they are written and as they are called here. */
const limitNames = {
  connect_timeout: 'connectTimeoutMs',
  timeout: 'timeoutMs',
  first_event_timeout: 'firstEventTimeoutMs',
  stall_timeout: 'stallTimeoutMs',
  reasoning_stall_timeout: 'reasoningStallTimeoutMs',
  deadline: 'deadlineMs'
} as const satisfies Readonly<Record<string, keyof CallLimits>>

type LimitField = keyof typeof limitNames
type Limits = { readonly [Name in LimitField]?: number }

/** Fields that every provider has, whatever its plugin; a manifest may give them another default and text. */
export const hostFields: Readonly<Record<string, ConfigField>> = {
  connect_timeout: { ...seconds, default: 10 },
  timeout: { ...seconds, default: 60 },
  first_event_timeout: seconds,
  stall_timeout: { ...seconds, default: 60 },
  reasoning_stall_timeout: { ...seconds, default: 300 },
  deadline: { ...seconds, default: 600 },
  per_model: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(Object.keys(limitNames).map(name => [name, seconds]))
    }
  },
  max_retries: { ...retries, default: 3 },
  retry: {
    type: 'object',
    additionalProperties: false,
    properties: {
      max_retries: retries,
      base_delay: seconds,
      backoff_factor: { type: 'number', minimum: 1, maximum: 10 },
      max_delay: seconds,
      retryable_errors: { type: 'array', items: { enum: kinds } }
    }
  },
  breaker: {
    type: 'object',
    additionalProperties: false,
    properties: { failures: { type: 'integer', minimum: 0, maximum: 1000 }, rest: seconds }
  },
  fallback_to_nonstream: { type: 'boolean', default: true },
  strict: { type: 'boolean', default: false },
  private_network: { type: 'boolean' },
  headers: { type: 'object', additionalProperties: { type: 'string' } },
  extra: { type: 'object' },
  models: { type: 'array', items: { type: 'string', minLength: 1 } },
  default_model: { type: 'string', minLength: 1 }
}

interface Checked extends Limits {
  readonly per_model?: Readonly<Record<string, Limits>>
  readonly max_retries: number
  readonly retry?: RetryConfig
  readonly breaker?: { readonly failures?: number; readonly rest?: number }
  readonly fallback_to_nonstream: boolean
  readonly strict: boolean
  readonly headers?: ProviderSettings['headers']
  readonly extra?: ProviderSettings['extra']
  readonly models?: readonly string[]
  readonly default_model?: string
}

/** From a config that its schema accepted, over the host-wide retry policy. */
export function toSettings(config: Readonly<Record<string, unknown>>, hostRetry: RetryConfig): ProviderSettings {
  const value = config as unknown as Checked
  // All of them have a default, or take one from `timeout`.
  const limits = toLimits({ ...(value.timeout !== undefined && { first_event_timeout: value.timeout }), ...value }) as CallLimits
  const patterns = Object.entries(value.per_model ?? {}).map(([pattern, own]) => ({ matches: matcher(pattern), limits: toLimits(own) }))
  return Object.freeze({
    ...limits,
    limitsOf: limitsByModel(limits, patterns),
    retry: toRetryPolicy(value, hostRetry),
    breaker: toBreaker(value.breaker),
    fallbackToNonstream: value.fallback_to_nonstream,
    strict: value.strict,
    defaultModel: value.default_model,
    models: value.models,
    headers: value.headers ?? Object.freeze({}),
    extra: value.extra ?? Object.freeze({})
  })
}

/** What holds for one model: the provider's limits, and over them those of every pattern that matches. */
function limitsByModel(
  limits: CallLimits,
  patterns: readonly { readonly matches: (model: string) => boolean; readonly limits: Partial<CallLimits> }[]
): ProviderSettings['limitsOf'] {
  const known = new Map<string, CallLimits>()
  return model => {
    const found = known.get(model)
    if (found !== undefined) return found
    const special = patterns.filter(({ matches }) => matches(model))
    const made: CallLimits = Object.assign({ ...limits }, ...special.map(pattern => pattern.limits))
    // Callers may make model names up without end.
    if (known.size >= 1_000) known.clear()
    known.set(model, made)
    return made
  }
}

function toLimits(given: Limits): Partial<CallLimits> {
  const limits = Object.entries(limitNames).flatMap(([field, name]) => {
    const amount = given[field as LimitField]
    return amount === undefined ? [] : [[name, milliseconds(amount)] as const]
  })
  return Object.fromEntries(limits)
}

/** The provider's own word wins over the host-wide one. */
function toRetryPolicy({ retry = {}, max_retries }: Checked, host: RetryConfig): RetryPolicy {
  const { base_delay = 0.5, backoff_factor = 2, max_delay = 8, retryable_errors } = { ...host, ...retry }
  return {
    maxRetries: retry.max_retries ?? max_retries,
    baseDelayMs: milliseconds(base_delay),
    backoffFactor: backoff_factor,
    maxDelayMs: milliseconds(max_delay),
    retryableErrors: retryable_errors === undefined ? undefined : new Set(retryable_errors)
  }
}

function toBreaker({ failures = 10, rest = 5 }: { readonly failures?: number; readonly rest?: number } = {}): BreakerSettings {
  return { failures, restMs: milliseconds(rest) }
}

/** `glm-4*`: the star stands for any text. Compared without regard to case. */
function matcher(pattern: string): (model: string) => boolean {
  const pieces = pattern.toLowerCase().split('*')
  const first = pieces[0] ?? ''
  const last = pieces.at(-1) ?? ''
  return asked => {
    const model = asked.toLowerCase()
    if (pieces.length === 1) return model === first
    if (!model.startsWith(first) || !model.endsWith(last) || model.length < first.length + last.length) return false
    let from = first.length
    for (const piece of pieces.slice(1, -1)) {
      const at = model.indexOf(piece, from)
      if (at === -1) return false
      from = at + piece.length
    }
    return from <= model.length - last.length
  }
}

function milliseconds(amount: number): number {
  return Math.max(1, Math.round(amount * 1000))
}
