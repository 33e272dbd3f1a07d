import { isProviderError } from '@resoftai/sdk'
import { isStorageError } from '@resoftai/storage'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { badRequest, GatewayError } from '../error.ts'
import { retryHeaders, toGatewayError } from '../openai/index.ts'

/** What the server itself refuses, in the words of an API. */
const refusals: Readonly<Record<string, (error: FastifyError) => GatewayError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => refuse(413, 'body_too_large', 'The request body is too large.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => refuse(415, 'unsupported_media_type', 'The request body must be application/json.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => badRequest('The request body is empty.'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => badRequest('The request body is no valid JSON.', undefined, 'invalid_json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => badRequest('The request body is not as long as Content-Length says.')
}

export function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  const answer = explainError(error)
  const { cause } = answer
  if (isProviderError(cause)) reply.header('x-resoftai-attempts', String(cause.attempts.length))
  void reply.status(answer.status).headers(retryHeaders(answer)).send(answer.toJSON())
}

export function notFound({ method }: FastifyRequest): GatewayError {
  return new GatewayError(`There is no such address for ${method}.`, { status: 404, type: 'not_found_error', code: 'not_found' })
}

/** What any failure is to a client. */
export function explainError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  const { code = '', statusCode } = error as Partial<FastifyError>
  const refusal = refusals[code]
  if (refusal !== undefined) return refusal(error as FastifyError)
  // The parser found what is no JSON, or a key that would change every object.
  if (error instanceof SyntaxError && statusCode === 400) return badRequest('The request body is no valid JSON.', undefined, 'invalid_json')
  if (code.startsWith('FST_ERR_') && statusCode !== undefined && statusCode < 500)
    return refuse(statusCode, 'invalid_request', 'The request cannot be read.')
  return isStorageError(error) ? withoutStorage(error) : toGatewayError(error)
}

/** Whose key it is cannot be told, so nobody is let in. */
function withoutStorage(cause: unknown): GatewayError {
  return new GatewayError('The gateway cannot read its storage.', {
    status: 503,
    type: 'api_error',
    code: 'storage_unavailable',
    retryAfterMs: 1_000,
    cause
  })
}

function refuse(status: number, code: string, message: string): GatewayError {
  return new GatewayError(message, { status, type: 'invalid_request_error', code })
}
