import { describe, expect, test } from '@jest/globals'
import type { ProviderErrorKind } from '@resoftai/sdk'
import { dialect } from './reading.ts'

function read(status: number, error: object | string) {
  return dialect.decodeError?.(status, { error }, new Headers())
}

const quota = (violation: object) => ({ status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded.', details: [{ violations: [violation] }] })

describe('kinds of errors (WIRE.md 10.5)', () => {
  test.each<[number, object, ProviderErrorKind, boolean]>([
    [400, { status: 'INVALID_ARGUMENT', message: 'x', details: [{ reason: 'API_KEY_INVALID' }] }, 'auth', false],
    [400, { status: 'INVALID_ARGUMENT', message: 'API key expired. Please renew the API key.' }, 'auth', false],
    [400, { status: 'INVALID_ARGUMENT', message: 'Corrupted thought signature.' }, 'bad_request', false],
    [400, { status: 'INVALID_ARGUMENT', message: 'x' }, 'bad_request', false],
    [400, { status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' }, 'permission', false],
    [401, { status: 'UNAUTHENTICATED', message: 'x' }, 'auth', false],
    [402, { message: 'x' }, 'quota', false],
    [403, { status: 'PERMISSION_DENIED', message: 'x', details: [{ reason: 'SERVICE_DISABLED' }] }, 'permission', false],
    [403, { status: 'PERMISSION_DENIED', message: 'x', details: [{ reason: 'BILLING_DISABLED' }] }, 'quota', false],
    [404, { status: 'NOT_FOUND', message: 'x' }, 'not_found', false],
    [429, { status: 'RESOURCE_EXHAUSTED', message: 'Resource exhausted. Please try again later.' }, 'rate_limit', true],
    [429, quota({ quotaId: 'GenerateRequestsPerMinutePerProject' }), 'rate_limit', true],
    [429, quota({ quotaId: 'GenerateRequestsPerDayPerProject' }), 'quota', false],
    [429, quota({ quotaId: 'GenerateRequestsPerMinutePerProject', quotaValue: '0' }), 'quota', false],
    [429, { status: 'RESOURCE_EXHAUSTED', message: 'Your prepayment credits are depleted.' }, 'quota', false],
    [500, { status: 'INTERNAL', message: 'x' }, 'server', true],
    [503, { status: 'UNAVAILABLE', message: 'x' }, 'overloaded', true],
    [504, { status: 'DEADLINE_EXCEEDED', message: 'x' }, 'timeout', true],
    [429, { message: 'x' }, 'rate_limit', true],
    [418, { message: 'x' }, 'bad_request', false],
    [599, {}, 'server', true]
  ])('%i %j', (status, error, kind, retryable) => {
    expect(read(status, error)).toMatchObject({ kind, retryable, status })
  })

  test.each(['<html></html>', '', {}, [], null, { message: 'x' }])('%j is none of this API', body => {
    expect(dialect.decodeError?.(502, body, new Headers())).toBeUndefined()
  })

  test('a limit of input tokens says that waiting may not help', () => {
    const error = read(429, quota({ quotaId: 'GenerateContentPaidTierInputTokensPerModelPerMinute' }))
    expect([error?.kind, error?.hint]).toEqual(['rate_limit', expect.stringContaining('input tokens')])
  })
})

describe('how long to wait', () => {
  test.each([
    [{ message: 'Please retry in 48.939935699s.' }, 48_940],
    [{ message: 'Please retry in 1h2m3s.' }, 3_723_000],
    [{ message: 'Please retry in 250ms.' }, 250],
    [{ message: 'Please retry in 9s.', details: [{ retryDelay: '34.4s' }] }, 34_400],
    [{ message: 'Please retry.' }, undefined],
    [{ message: 'x', details: [{ retryDelay: { seconds: 1 } }] }, undefined]
  ])('%j', (error, ms) => {
    expect(read(429, { status: 'RESOURCE_EXHAUSTED', ...error })?.retryAfterMs).toBe(ms)
  })
})

test('keys and numbers of projects are taken out of messages', () => {
  const key = `AIza${'x'.repeat(35)}`
  const { message = '' } =
    read(400, {
      message: `Invalid API key: ${key} (${key}) API key: secret-1 of project 123456789012, project_number:123456789012\u001b[2J`
    }) ?? {}
  expect(message).not.toMatch(/AIza|secret-1|123456/)
  expect(message).toBe(
    'Invalid API key: [redacted] ([redacted]) API key: [redacted] of project [redacted], project_number:[redacted]\ufffd[2J'
  )
})
