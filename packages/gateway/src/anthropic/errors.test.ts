import { expect, test } from '@jest/globals'
import { ProviderError, type ProviderErrorKind } from '@resoftai/sdk'
import { badRequest, GatewayError } from '../error.ts'
import { toGatewayError } from '../openai/index.ts'
import { errorFrame, toAnthropicError } from './errors.ts'

const typeOf = (error: unknown) => toAnthropicError(toGatewayError(error)).error.type

test.each<[ProviderErrorKind, string]>([
  ['auth', 'api_error'],
  ['not_found', 'not_found_error'],
  ['bad_request', 'invalid_request_error'],
  ['rate_limit', 'rate_limit_error'],
  ['quota', 'rate_limit_error'],
  ['overloaded', 'overloaded_error'],
  ['server', 'api_error'],
  ['network', 'api_error'],
  ['stalled', 'timeout_error'],
  ['cancelled', 'invalid_request_error']
])('a provider that fails with %s is %s', (kind, type) => {
  expect(typeOf(new ProviderError(kind, 'x'))).toBe(type)
})

test('a budget that is spent is a matter of billing', () => {
  expect(typeOf(new ProviderError('quota', 'x', { code: 'budget' }))).toBe('billing_error')
})

test.each([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [415, 'invalid_request_error'],
  [429, 'rate_limit_error'],
  [500, 'api_error'],
  [503, 'api_error'],
  [529, 'overloaded_error']
])('an answer %d is %s', (status, type) => {
  expect(typeOf(new GatewayError('x', { status, type: 'api_error', code: 'x' }))).toBe(type)
})

test('what went wrong is told with what to do, and nothing else', () => {
  const error = new GatewayError('No.', {
    status: 404,
    type: 'not_found_error',
    code: 'model_not_found',
    hint: 'Look.',
    cause: new Error('SECRET')
  })
  expect(JSON.stringify(toAnthropicError(error, 'req_1'))).toBe(
    '{"type":"error","error":{"type":"not_found_error","message":"No. Look.","details":{"error_code":"model_not_found"}},"request_id":"req_1"}'
  )
  expect(toAnthropicError(badRequest('Bad.'))).toEqual({
    type: 'error',
    error: { type: 'invalid_request_error', message: 'Bad.', details: { error_code: 'invalid_request' } },
    request_id: null
  })
  expect(errorFrame(new Error('SECRET'))).not.toContain('SECRET')
})

test.each([
  ['Maximum context length is 8192 tokens.', 'prompt is too long: Maximum context length is 8192 tokens.'],
  ['Prompt is too long: 9 > 8', 'Prompt is too long: 9 > 8']
])('a conversation that is too long is told in the words that clients look for: %s', (said, message) => {
  expect(toAnthropicError(toGatewayError(new ProviderError('context_length', said))).error.message).toBe(message)
})

test('a failure in a stream is its last frame', () => {
  expect(errorFrame(new ProviderError('overloaded', 'x', { provider: 'p' }), 'req_1')).toBe(
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"The provider p is overloaded.","details":{"error_code":"provider_overloaded"}},"request_id":"req_1"}\n\n'
  )
})
