import { describe, expect, test } from '@jest/globals'
import { HostError } from '@resoftai/core'
import { errorKinds, ProviderError, type ProviderErrorDetails, type ProviderErrorKind } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { errorFrame, retryHeaders, toGatewayError } from './errors.ts'

const expected: Readonly<Record<ProviderErrorKind, readonly [status: number, type: string, code: string]>> = {
  auth: [502, 'api_error', 'provider_auth'],
  permission: [502, 'api_error', 'provider_permission'],
  not_found: [404, 'not_found_error', 'model_not_found'],
  bad_request: [400, 'invalid_request_error', 'bad_request'],
  context_length: [400, 'invalid_request_error', 'context_length_exceeded'],
  content_filter: [400, 'invalid_request_error', 'content_filter'],
  rate_limit: [429, 'rate_limit_error', 'rate_limit_exceeded'],
  quota: [429, 'insufficient_quota', 'insufficient_quota'],
  overloaded: [503, 'api_error', 'provider_overloaded'],
  server: [502, 'api_error', 'provider_error'],
  network: [502, 'api_error', 'provider_unreachable'],
  timeout: [504, 'api_error', 'provider_timeout'],
  stalled: [504, 'api_error', 'provider_stalled'],
  truncated: [502, 'api_error', 'provider_truncated'],
  protocol: [502, 'api_error', 'provider_protocol'],
  cancelled: [499, 'invalid_request_error', 'cancelled']
}

const told = (kind: ProviderErrorKind, message: string, details?: ProviderErrorDetails) =>
  toGatewayError(new ProviderError(kind, message, details))

describe('a failure of a provider', () => {
  test.each(errorKinds)('of kind %s has its own status, type and code', kind => {
    const { status, type, code } = told(kind, 'It failed.')
    expect([status, type, code]).toEqual(expected[kind])
  })

  test('has a code that no other kind has', () => {
    expect(new Set(errorKinds.map(kind => told(kind, '').code)).size).toBe(errorKinds.length)
  })

  test('is none where the gateway itself had nothing left to connect with', () => {
    for (const code of ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS']) {
      const error = told('network', 'No complete answer from 10.0.0.5.', { cause: Object.assign(new Error('connect'), { code }) })
      expect([error.status, error.code, error.retryAfterMs]).toEqual([503, 'gateway_overloaded', 2_000])
      expect(error.message).not.toContain('10.0.0.5')
    }
    expect(told('network', '', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }).code).toBe('provider_unreachable')
  })

  test('is told in its own words only where they are about the request', () => {
    const secret = 'https://10.0.0.5:8443/v1 org-77 sk-live-1234'
    const open = errorKinds.filter(kind => told(kind, secret, { hint: secret, provider: 'groq' }).message.includes('sk-live'))
    expect(open.toSorted()).toEqual(['bad_request', 'content_filter', 'context_length', 'not_found'])
    expect(told('network', secret, { provider: 'groq' }).message).toBe('The provider groq cannot be reached.')
    expect(told('network', secret).message).toBe('The provider cannot be reached.')
    for (const kind of errorKinds) expect(told(kind, '', { hint: secret }).hint ?? '').not.toContain('sk-live')
  })

  test('names no path of a machine', () => {
    const { message } = told('bad_request', 'open /root/.models/a b: no C:\\models\\x, see https://a.example/etc/x and /v1/chat')
    expect(message).toBe('open [path] b: no [path], see https://a.example/etc/x and /v1/chat')
  })

  test('is told in at most 2,000 characters', () => {
    expect(told('bad_request', 'x'.repeat(9_000)).message).toHaveLength(2_000)
  })

  test('says what to do where a client can do it', () => {
    expect(JSON.parse(JSON.stringify(told('not_found', 'No model x.')))).toEqual({
      error: { message: 'No model x. GET /v1/models lists the models.', type: 'not_found_error', param: null, code: 'model_not_found' }
    })
  })
})

describe('a budget', () => {
  test('that is spent is told with what would fit, and not repeated by clients', () => {
    const error = told('quota', 'The budget "day" has no room.', {
      code: 'budget',
      hint: 'It would fit with max_tokens 9.',
      retryable: false
    })
    expect(error).toMatchObject({
      status: 402,
      type: 'insufficient_quota',
      code: 'budget_exceeded',
      hint: 'It would fit with max_tokens 9.'
    })
    expect(error.message).toBe('The budget "day" has no room.')
  })

  test('that cannot be asked is told without what its store said', () => {
    const error = told('quota', 'cannot open /data/resoftai.db', { code: 'budget_store', provider: 'groq' })
    expect(error).toMatchObject({ status: 503, code: 'budget_unavailable' })
    expect(error.message).toBe('The provider groq was not asked, as the budgets cannot be read.')
  })

  test('is known by its code, not by what a vendor calls alike', () => {
    expect(told('quota', 'no', { code: 'toString' }).code).toBe('insufficient_quota')
    expect(told('server', 'no', { code: 'budget' }).code).toBe('provider_error')
  })
})

describe('any other failure', () => {
  test.each([
    new HostError('config', 'secret: /etc/resoftai.yaml', { hint: 'secret' }),
    new HostError('not_found', 'secret'),
    new TypeError('secret'),
    'secret',
    null,
    undefined
  ])('says nothing of itself: %s', error => {
    const answer = toGatewayError(error)
    expect(answer).toMatchObject({ status: 500, type: 'api_error', code: 'internal_error' })
    expect(JSON.stringify(answer)).not.toContain('secret')
  })

  test('of our own stays what it is', () => {
    const error = badRequest('No.', 'n')
    expect(toGatewayError(error)).toBe(error)
  })
})

describe('the headers of a failure', () => {
  test('tell when to try again, in whole seconds and never at once', () => {
    expect(retryHeaders(told('rate_limit', '', { retryAfterMs: 1_200 }))).toEqual({ 'retry-after': '2' })
    expect(retryHeaders(told('rate_limit', '', { retryAfterMs: 0 }))).toEqual({ 'retry-after': '1' })
    expect(retryHeaders(told('rate_limit', ''))).toEqual({})
  })

  test('tell when a repetition is no use', () => {
    const useless = errorKinds.filter(kind => retryHeaders(told(kind, ''))['x-should-retry'] === 'false')
    expect(useless.toSorted()).toEqual(
      ['auth', 'bad_request', 'cancelled', 'content_filter', 'context_length', 'not_found', 'permission', 'quota'].toSorted()
    )
    expect(retryHeaders(told('server', '', { retryable: false }))).toEqual({ 'x-should-retry': 'false' })
  })
})

describe('a failure in the middle of a stream', () => {
  test('is one frame, without the end mark', () => {
    const frame = errorFrame(new ProviderError('stalled', 'line\none', { provider: 'groq' }))
    expect(frame).toBe(
      'data: {"error":{"message":"The provider groq stopped in the middle of its answer.","type":"api_error","param":null,"code":"provider_stalled"}}\n\n'
    )
    expect(errorFrame(badRequest('a\nb')).match(/\n/g)).toHaveLength(2)
  })
})
