import { describe, expect, test } from '@jest/globals'
import { sumCost, sumUsage } from './totals.ts'

describe('sumUsage', () => {
  test('leaves a field absent that nobody reported', () => {
    expect(sumUsage([])).toEqual({})
    expect(sumUsage([{ inputTokens: 1 }, {}, { inputTokens: 2, cachedTokens: 0 }])).toEqual({ inputTokens: 3, cachedTokens: 0 })
  })

  test('is estimated when a part is', () => {
    expect(sumUsage([{ outputTokens: 1, estimated: true }, { outputTokens: 1 }])).toEqual({ outputTokens: 2, estimated: true })
  })
})

describe('sumCost', () => {
  const cny = (nanos: bigint) => ({ nanos, currency: 'CNY' })

  test('adds up one currency', () => {
    expect(sumCost([cny(3n), cny(4n)])).toEqual(cny(7n))
  })

  test('is estimated when a part is', () => {
    expect(sumCost([cny(3n), { ...cny(4n), estimated: true }])).toEqual({ ...cny(7n), estimated: true })
  })

  test('is unknown when a part is unknown, when currencies are mixed and when there is nothing', () => {
    expect(sumCost([cny(3n), null])).toBeNull()
    expect(sumCost([null, cny(3n)])).toBeNull()
    expect(sumCost([cny(3n), { nanos: 1n, currency: 'USD' }])).toBeNull()
    expect(sumCost([])).toBeNull()
  })
})
