import { isProviderError, type ProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import { GatewayError, type ErrorType } from '../error.ts'

interface Meaning {
  readonly status: number
  readonly type: ErrorType
  readonly code: string
  /** What is said of it. Absent: the provider's own words, which are about the request. */
  readonly message?: string
  readonly hint?: string
}

const request = 'invalid_request_error'

/**
 * What each failure of a provider is to a client:
 *
 * | kind | status | code | why |
 * |---|---|---|---|
 * | auth, permission | 502 | provider_auth, provider_permission | The gateway's key was refused, not the client's: 401 and 403 would blame the wrong one. |
 * | not_found | 404 | model_not_found | |
 * | bad_request, context_length, content_filter | 400 | bad_request, context_length_exceeded, content_filter | |
 * | rate_limit | 429 | rate_limit_exceeded | |
 * | quota | 429 | insufficient_quota | As OpenAI says it. |
 * | quota, a budget of ours | 402 | budget_exceeded | OpenAI's clients repeat 408, 409, 429 and all from 500: a spent budget stays spent. |
 * | quota, budgets cannot be asked | 503 | budget_unavailable | |
 * | overloaded | 503 | provider_overloaded | |
 * | network, as nothing is left here to connect with | 503 | gateway_overloaded | Another gateway, or this one later, can. |
 * | server, network, truncated, protocol | 502 | provider_error, provider_unreachable, provider_truncated, provider_protocol | |
 * | timeout, stalled | 504 | provider_timeout, provider_stalled | |
 * | cancelled | 499 | cancelled | The client is gone: only logs see it. |
 *
 * Where a repetition is no use `retryHeaders` says so, whatever the status. Messages of failures that are not about the request are ours:
 * the provider's may name addresses, accounts and keys of whoever runs the gateway.
 */
const meanings: Readonly<Record<ProviderErrorKind, Meaning>> = {
  auth: { status: 502, type: 'api_error', code: 'provider_auth', message: 'refused the key that the gateway has for it' },
  permission: { status: 502, type: 'api_error', code: 'provider_permission', message: 'does not let the gateway use this model' },
  not_found: { status: 404, type: 'not_found_error', code: 'model_not_found', hint: 'GET /v1/models lists the models.' },
  bad_request: { status: 400, type: request, code: 'bad_request' },
  context_length: { status: 400, type: request, code: 'context_length_exceeded' },
  content_filter: { status: 400, type: request, code: 'content_filter' },
  rate_limit: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'takes no more requests for now' },
  quota: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota', message: 'has no quota left for the gateway' },
  overloaded: { status: 503, type: 'api_error', code: 'provider_overloaded', message: 'is overloaded' },
  server: { status: 502, type: 'api_error', code: 'provider_error', message: 'failed' },
  network: { status: 502, type: 'api_error', code: 'provider_unreachable', message: 'cannot be reached' },
  timeout: { status: 504, type: 'api_error', code: 'provider_timeout', message: 'did not answer in time' },
  stalled: { status: 504, type: 'api_error', code: 'provider_stalled', message: 'stopped in the middle of its answer' },
  truncated: { status: 502, type: 'api_error', code: 'provider_truncated', message: 'ended its answer before it was complete' },
  protocol: { status: 502, type: 'api_error', code: 'provider_protocol', message: 'answered with something that cannot be read' },
  cancelled: { status: 499, type: request, code: 'cancelled', message: 'was no longer waited for' }
}

/** Refusals of our own: kinds are the provider's, so these are known by their code. */
const budgets: Readonly<Record<string, Meaning>> = {
  budget: { status: 402, type: 'insufficient_quota', code: 'budget_exceeded' },
  budget_store: { status: 503, type: 'api_error', code: 'budget_unavailable', message: 'was not asked, as the budgets cannot be read' }
}

/** No file descriptor, port or memory was left for a connection: no fault of the provider. */
const exhausted: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS'])
const exhaustedRetryMs = 2_000

/** How any failure looks to a client. What is neither ours nor a provider's says nothing: it may hold anything. */
export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  if (isProviderError(error)) return fromProvider(error)
  return new GatewayError('The gateway failed to answer this request.', {
    status: 500,
    type: 'api_error',
    code: 'internal_error',
    cause: error
  })
}

function fromProvider(error: ProviderError): GatewayError {
  if (error.kind === 'network' && exhausted.has((error.cause as { readonly code?: unknown } | undefined)?.code)) {
    return new GatewayError('The gateway has more connections than it can have.', {
      status: 503,
      type: 'api_error',
      code: 'gateway_overloaded',
      retryAfterMs: exhaustedRetryMs,
      cause: error
    })
  }
  const budget = error.kind === 'quota' && Object.hasOwn(budgets, error.code ?? '') ? budgets[error.code as string] : undefined
  const { status, type, code, message, hint } = budget ?? meanings[error.kind]
  const said = (message === undefined ? withoutPaths(error.message) : `${nameOf(error)} ${message}.`) + sayTriedBefore(error)
  return new GatewayError(said, {
    status,
    type,
    code,
    hint: budget === undefined ? hint : error.hint,
    retryAfterMs: error.retryAfterMs,
    cause: error
  })
}

function nameOf({ provider }: ProviderError): string {
  return provider === undefined ? 'The provider' : `The provider ${provider}`
}

/** The others of a route, each with how it failed last. */
function sayTriedBefore({ provider, attempts }: ProviderError): string {
  const others = new Map(attempts.filter(attempt => attempt.provider !== provider).map(attempt => [attempt.provider, attempt.kind]))
  return others.size === 0 ? '' : ` Tried before: ${[...others].map(([name, kind]) => `${name} (${kind ?? 'cut'})`).join(', ')}.`
}

const longestMessage = 2_000
/** A server on the same machine may tell where its files are. */
const path =
  /(?<![\w/:.])(?:\/(?:app|data|etc|home|mnt|opt|private|root|srv|tmp|usr|Users|var|work|workspace)\/|[A-Za-z]:\\|\\\\)[^\s"'`,;:)]*/g

function withoutPaths(message: string): string {
  return message.slice(0, longestMessage).replace(path, '[path]')
}

/** What tells clients when to try again, and OpenAI's that they need not. */
export function retryHeaders({ retryAfterMs, cause }: GatewayError): Readonly<Record<string, string>> {
  return {
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    ...(isProviderError(cause) && !cause.retryable && { 'x-should-retry': 'false' })
  }
}

/** A failure in the middle of a stream, as a frame. Nothing follows it: with `[DONE]` behind it clients would take the reply for complete. */
export function errorFrame(error: unknown): string {
  return `data: ${JSON.stringify(toGatewayError(error))}\n\n`
}
