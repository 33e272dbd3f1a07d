import type { GatewayError } from '../error.ts'
import { toGatewayError } from '../openai/index.ts'

type AnthropicErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'api_error'
  | 'overloaded_error'

export interface AnthropicError {
  readonly type: 'error'
  readonly error: {
    readonly type: AnthropicErrorType
    readonly message: string
    /** `error_code` is the stable code; `unsupported` is what the official client reads beside `thread_unsupported_request`. */
    readonly details: { readonly error_code: string; readonly unsupported?: readonly string[] }
  }
  readonly request_id: string | null
}

/** Anthropic's word for each status; others are below 500 the client's fault, and above it not. */
const types: ReadonlyMap<number, AnthropicErrorType> = new Map<number, AnthropicErrorType>([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error']
])

/** Any failure in Anthropic's shape. */
export function toAnthropicError(error: GatewayError, requestId: string | null = null): AnthropicError {
  const { code, param } = error
  const details = { error_code: code, ...(code === 'thread_unsupported_request' && param !== undefined && { unsupported: [param] }) }
  return { type: 'error', error: { type: typeOf(error), message: messageOf(error), details }, request_id: requestId }
}

/** A failure in the middle of a stream, as its last frame. */
export function errorFrame(error: unknown, requestId: string | null = null): string {
  return `event: error\ndata: ${JSON.stringify(toAnthropicError(toGatewayError(error), requestId))}\n\n`
}

function typeOf({ status, code }: GatewayError): AnthropicErrorType {
  if (code === 'provider_overloaded') return 'overloaded_error'
  return types.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error')
}

/** Clients know by these words that they must shorten the conversation. */
const tooLong = 'prompt is too long'

function messageOf({ message, hint, code }: GatewayError): string {
  const said = hint === undefined ? message : `${message} ${hint}`
  return code === 'context_length_exceeded' && !said.toLowerCase().includes(tooLong) ? `${tooLong}: ${said}` : said
}
