import { isProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import { json, type Answer } from '@resoftai/sdk/testing'

interface WireError {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly headers?: Readonly<Record<string, string>>
}

const wireErrors: Partial<Record<ProviderErrorKind, WireError>> = {
  auth: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  permission: { status: 403, type: 'permission_error', code: null },
  not_found: { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  bad_request: { status: 400, type: 'invalid_request_error', code: null },
  context_length: { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' },
  content_filter: { status: 400, type: 'invalid_request_error', code: 'content_filter' },
  rate_limit: { status: 429, type: 'requests', code: 'rate_limit_exceeded', headers: { 'retry-after': '1' } },
  quota: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  overloaded: { status: 503, type: 'service_unavailable_error', code: 'server_is_overloaded', headers: { 'retry-after': '1' } },
  server: { status: 500, type: 'server_error', code: null }
}

const unexpected: WireError = { status: 500, type: 'server_error', code: null }

/** A failure as the body of an answer, or of an event inside a stream. */
export function errorBody(kind: ProviderErrorKind, message: string): unknown {
  const { type, code } = wireErrors[kind] ?? unexpected
  return { error: { message, type, param: null, code } }
}

/** A failure as an answer with its status. */
export function errorAnswer(kind: ProviderErrorKind, message: string): Answer {
  const { status, headers = {} } = wireErrors[kind] ?? unexpected
  return json(errorBody(kind, message), { status, headers })
}

/** What was thrown while a request was read. */
export function failureAnswer(error: unknown): Answer {
  if (!isProviderError(error)) throw error
  return errorAnswer(error.kind, error.hint === undefined ? error.message : `${error.message} ${error.hint}`)
}
