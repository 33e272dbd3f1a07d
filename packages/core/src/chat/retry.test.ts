import { describe, expect, test } from '@jest/globals'
import { ProviderError } from '@resoftai/sdk'
import { retryDelay } from './retry.ts'

const policy = { maxRetries: 3, baseDelayMs: 500, maxDelayMs: 8000 }
const overloaded = new ProviderError('overloaded', 'busy')
const asked = (retryAfterMs: number) => new ProviderError('rate_limit', 'slow down', { retryAfterMs })

describe('retryDelay', () => {
  test('grows and is spread between half and the whole', () => {
    expect(retryDelay(overloaded, 2, policy, 60_000, () => 0)).toBe(250)
    expect(retryDelay(overloaded, 2, policy, 60_000, () => 0.999)).toBeGreaterThan(490)
    expect(retryDelay(overloaded, 4, policy, 60_000, () => 0)).toBe(1000)
  })

  test('never exceeds the largest delay', () => {
    expect(retryDelay(overloaded, 12, { ...policy, maxRetries: 20 }, 60_000, () => 0.999)).toBeLessThanOrEqual(8000)
  })

  test('waits at least as long as the vendor asks, and not much longer', () => {
    expect(retryDelay(asked(2000), 2, policy, 60_000, () => 0)).toBe(2000)
    expect(retryDelay(asked(2000), 4, policy, 60_000, () => 0.999)).toBeLessThanOrEqual(2600)
    expect(retryDelay(asked(300), 2, policy, 60_000, () => 0.999)).toBeLessThanOrEqual(500)
  })

  test('H17 a zero is no busy loop', () => {
    expect(retryDelay(asked(0), 2, policy, 60_000, () => 0)).toBe(100)
  })

  test('H18 gives up at once when the wait does not fit into the time left', () => {
    expect(retryDelay(asked(3_600_000), 2, policy, 600_000, () => 0)).toBeUndefined()
  })

  test('gives up after max_retries, and at once on what cannot be helped', () => {
    expect(retryDelay(overloaded, 4, policy, 60_000, () => 0)).toBeDefined()
    expect(retryDelay(overloaded, 5, policy, 60_000, () => 0)).toBeUndefined()
    expect(retryDelay(new ProviderError('auth', 'no'), 2, policy, 60_000, () => 0)).toBeUndefined()
  })
})
