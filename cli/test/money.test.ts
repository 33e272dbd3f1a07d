import { describe, expect, test } from '@jest/globals'
import { decimalOf, showMoney } from '../src/chat/money.ts'
import { usageLine } from '../src/chat/usage-line.ts'
import { loadMessages } from '../src/messages/index.ts'

describe('money on a terminal', () => {
  test.each([
    [2_700_000n, 'CNY', '¥0.0027'],
    [1_234_000_000n, 'USD', '$1.23'],
    [0n, 'USD', '$0.00'],
    [1n, 'CNY', '¥0.000000001'],
    [12_345_678n, 'EUR', '€0.012'],
    [9_007_199_254_740_993_000_000_000n, 'USD', '$9,007,199,254,740,993.00']
  ])('%d billionths of %s are %s', (nanos, currency, shown) => {
    expect(showMoney({ nanos, currency }, 'en')).toBe(shown)
  })

  test('is exact as a decimal', () => {
    expect([1n, 1_000_000_001n, -5n, 0n].map(decimalOf)).toEqual(['0.000000001', '1.000000001', '-0.000000005', '0.000000000'])
  })

  test('stands between tokens and time; an estimate is marked', async () => {
    const context = { text: await loadMessages('en'), locale: 'en' } as const
    const cost = { nanos: 2_700_000n, currency: 'CNY' }
    const usage = { inputTokens: 18, outputTokens: 12, totalTokens: 30 }
    expect(usageLine({ usage, cost, durationMs: 1100 }, context)).toBe('18 in + 12 out = 30 tokens · ¥0.0027 · 1.1 s')
    expect(usageLine({ usage: { ...usage, estimated: true }, cost: { ...cost, estimated: true }, durationMs: 1100 }, context)).toBe(
      '~18 in + 12 out = 30 tokens · ~¥0.0027 · 1.1 s'
    )
    expect(usageLine({ usage: {}, cost: null, durationMs: 1100 }, context)).toBe('1.1 s')
  })
})
