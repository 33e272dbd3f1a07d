import type { FastifyRequest } from 'fastify'
import { badRequest, GatewayError } from '../error.ts'

const possible = /^[\x20-\x7e]{1,255}$/

/** `undefined`: there is none. Throws `GatewayError` 400. */
export function readIdempotencyKey({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): string | undefined {
  if (headers['idempotency-key'] === undefined) return undefined
  const [key = '', ...more] = raw.headersDistinct['idempotency-key'] ?? []
  if (more.length === 0 && possible.test(key)) return key
  throw badRequest('Idempotency-Key must be one text of 1 to 255 printable ASCII characters.', 'Idempotency-Key')
}

export function stillAnswering(): GatewayError {
  return new GatewayError('A request with this Idempotency-Key is being answered.', {
    status: 409,
    type: 'invalid_request_error',
    code: 'idempotency_key_in_use',
    param: 'Idempotency-Key',
    retryAfterMs: 1_000,
    hint: 'Wait as long as Retry-After says, and send it again.'
  })
}

export function otherRequest(): GatewayError {
  return new GatewayError('This Idempotency-Key was sent with another request body.', {
    status: 422,
    type: 'invalid_request_error',
    code: 'idempotency_key_reused',
    param: 'Idempotency-Key',
    hint: 'Give each request a key of its own, and change nothing of one that is sent again.'
  })
}

export function answerNotKept(): GatewayError {
  return new GatewayError('The request with this Idempotency-Key was answered, and the answer was too large to be kept.', {
    status: 422,
    type: 'invalid_request_error',
    code: 'idempotent_answer_not_kept',
    param: 'Idempotency-Key',
    hint: 'To ask anew, send it with another key.'
  })
}
