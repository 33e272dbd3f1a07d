import { expect, test } from '@jest/globals'
import { isProviderError, type ProviderError } from '@resoftai/sdk'
import { dialectWith, errorOf, eventsOf } from './reading.ts'

const dialect = await dialectWith()

function errorFor(status: number, body: unknown): ProviderError | undefined {
  return dialect.decodeError?.(status, body, new Headers())
}

const says = (type: string, message = 'x', more: object = {}) => ({ type: 'error', error: { type, message, ...more }, request_id: 'req_1' })

test.each<[number, unknown, string, string | undefined, boolean]>([
  [400, says('invalid_request_error'), 'bad_request', undefined, false],
  [400, says('invalid_request_error', 'prompt is too long: 3 tokens > 2 maximum'), 'context_length', undefined, false],
  [400, says('invalid_request_error', 'input length and `max_tokens` exceed context limit: 1 + 2 > 3'), 'context_length', undefined, false],
  [400, says('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'), 'quota', 'balance', false],
  [400, says('invalid_request_error', 'You have reached your specified API usage limits.'), 'quota', 'spend_limit', false],
  [400, says('invalid_request_error', 'You have reached your specified workspace API usage limits.'), 'quota', 'spend_limit', false],
  [400, says('invalid_request_error', 'Output blocked by content filtering policy'), 'content_filter', undefined, false],
  [401, says('authentication_error'), 'auth', undefined, false],
  [402, says('billing_error'), 'quota', undefined, false],
  [403, says('permission_error'), 'permission', undefined, false],
  [404, says('not_found_error', 'model: x'), 'not_found', undefined, false],
  [409, says('conflict_error'), 'server', 'conflict', true],
  [413, says('request_too_large'), 'bad_request', 'too_large', false],
  [429, says('rate_limit_error'), 'rate_limit', undefined, true],
  [429, says('rate_limit_error', 'x', { details: { error_code: 'enforced_spend_limit_reached' } }), 'quota', 'spend_limit', false],
  [500, says('api_error'), 'server', undefined, true],
  [504, says('timeout_error'), 'timeout', undefined, true],
  [529, says('overloaded_error'), 'overloaded', undefined, true],
  [418, says('an_error_of_tomorrow'), 'bad_request', undefined, false],
  [503, { message: 'x' }, 'overloaded', undefined, true],
  [599, {}, 'server', undefined, true],
  [429, says('rate_limit_error', '[1113][Insufficient balance]'), 'quota', undefined, false],
  [429, { error: { code: '1302', message: 'x' } }, 'rate_limit', undefined, true],
  [200, says('overloaded_error'), 'overloaded', undefined, true],
  [200, { code: 1001, msg: 'x', success: false }, 'auth', undefined, false]
])('%d %j is %s', (status, body, kind, code, retryable) => {
  const error = errorFor(status, body)
  expect([error?.kind, error?.code, error?.retryable]).toEqual([kind, code, retryable])
})

test('numbers in a message are no codes', () => {
  expect(errorFor(400, says('invalid_request_error', 'max_tokens: 1305 > 1302'))?.kind).toBe('bad_request')
})

test('an error has the id of the request, the words of the vendor and a hint', () => {
  expect(errorFor(404, says('not_found_error', 'model: claude-does-not-exist'))).toMatchObject({
    message: 'model: claude-does-not-exist',
    status: 404,
    vendorCode: 'not_found_error',
    requestId: 'req_1',
    hint: expect.stringContaining('resoftai models')
  })
  expect(errorFor(404, says('not_found_error', 'Not Found'))?.hint).toContain('api_base')
  expect(errorFor(400, says('invalid_request_error', 'This model does not support assistant message prefill.'))?.hint).toContain(
    'user message'
  )
})

test.each([
  [302, says('api_error')],
  [502, '<html>'],
  [200, { content: [] }],
  [200, []]
])('%d %j is left to the host', (status, body) => {
  expect(errorFor(status, body)).toBeUndefined()
})

test.each<[string, unknown]>([
  ['an error event', says('overloaded_error', 'Overloaded')],
  ['one without a type', { error: { type: 'overloaded_error', message: 'Overloaded' } }]
])('%s inside a stream ends it', (_, event) => {
  const error = errorOf(() => eventsOf([{ type: 'message_start', message: { id: 'msg_1' } }, event]))
  expect(isProviderError(error) && [error.kind, error.message, error.retryable]).toEqual(['overloaded', 'Overloaded', true])
})

test('an error event that is no JSON is an error all the same', () => {
  const error = errorOf(() => dialect.streamDecoder()({ event: 'error', data: 'upstream is gone' }))
  expect(isProviderError(error) && [error.kind, error.message]).toEqual(['server', 'upstream is gone'])
})

test.each<[string, () => unknown]>([
  ['a model list', () => dialect.models?.decode({ data: {} })],
  ['a count of tokens', () => dialect.tokens?.decode({ input_tokens: '5' })]
])('%s that cannot be read fails', (_, read) => {
  const error = errorOf(read)
  expect(isProviderError(error) && [error.kind, error.code]).toEqual(['protocol', 'unreadable'])
})
