import { describe, expect, test } from '@jest/globals'
import { ProviderError } from '@resoftai/sdk'
import type { RetryPolicy } from '../config/index.ts'
import { isWorthRepeating, retryDelay } from './retry.ts'

const policy: RetryPolicy = { maxRetries: 3, baseDelayMs: 500, backoffFactor: 2, maxDelayMs: 8000, retryableErrors: undefined }
const overloaded = new ProviderError('overloaded', 'busy')
const asked = (retryAfterMs: number) => new ProviderError('rate_limit', 'slow down', { retryAfterMs })

describe('retryDelay', () => {
  test('grows and is spread between half and the whole', () => {
    expect(retryDelay(overloaded, 1, policy, () => 0)).toBe(250)
    expect(retryDelay(overloaded, 1, policy, () => 0.999)).toBeGreaterThan(490)
    expect(retryDelay(overloaded, 3, policy, () => 0)).toBe(1000)
    expect(retryDelay(overloaded, 3, { ...policy, backoffFactor: 3 }, () => 0)).toBe(2250)
  })

  test('never exceeds the largest delay', () => {
    expect(retryDelay(overloaded, 12, policy, () => 0.999)).toBeLessThanOrEqual(8000)
  })

  test('waits at least as long as the vendor asks, and not much longer', () => {
    expect(retryDelay(asked(2000), 1, policy, () => 0)).toBe(2000)
    expect(retryDelay(asked(2000), 3, policy, () => 0.999)).toBeLessThanOrEqual(2600)
    expect(retryDelay(asked(300), 1, policy, () => 0.999)).toBeLessThanOrEqual(500)
  })

  test('H17 a zero is no busy loop', () => {
    expect(retryDelay(asked(0), 1, policy, () => 0)).toBe(100)
  })
})

describe('isWorthRepeating', () => {
  const withKinds = (...kinds: ProviderError['kind'][]) => ({ ...policy, retryableErrors: new Set(kinds) })

  test('is what the failure says, unless kinds are named', () => {
    expect(isWorthRepeating(overloaded, policy)).toBe(true)
    expect(isWorthRepeating(new ProviderError('auth', 'no'), policy)).toBe(false)
    expect(isWorthRepeating(overloaded, withKinds('server'))).toBe(false)
    expect(isWorthRepeating(new ProviderError('quota', 'poor'), withKinds('quota'))).toBe(true)
  })

  test('a verdict about this very failure is not overruled by a list of kinds', () => {
    expect(isWorthRepeating(new ProviderError('network', 'bad certificate', { retryable: false }), withKinds('network'))).toBe(false)
    expect(isWorthRepeating(new ProviderError('bad_request', 'again, please', { retryable: true }), withKinds('server'))).toBe(true)
  })
})
