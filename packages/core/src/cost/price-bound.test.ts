import { describe, expect, test } from '@jest/globals'
import { priceBound } from './price-bound.ts'
import { PriceBook } from './price-book.ts'
import { priceReply } from './price-reply.ts'
import type { ListedPrice } from './types.ts'

const listed = (fields: Partial<ListedPrice>): ListedPrice => ({
  service: 's',
  model: 'm',
  currency: 'CNY',
  source: 'a test',
  date: '2026-11-21',
  own: false,
  ...fields
})

const simple = listed({ input: '3', cached: '0.3', cache_write: '3.75', output: '15', reasoning: '20', max_output: 8_000 })
const tiered = listed({
  tiers: [
    { input_below: 32_000, output_below: 200, input: '2', output: '8' },
    { input_below: 32_000, input: '3', output: '14' },
    { input_below: 128_000, input: '1', output: '1' }
  ]
})

describe('the bound of a price', () => {
  test('takes the dearest kind of input and output', () => {
    const bound = priceBound([simple])!
    expect(bound).toMatchObject({ currency: 'CNY', maxOutputTokens: 8_000 })
    expect(bound.nanosOf(1_000_000, 1_000_000)).toBe(23_750_000_005n)
  })

  test('is at least what any reply of that length costs', () => {
    for (const price of [simple, tiered]) {
      const bound = priceBound([price])!
      for (const inputTokens of [1, 777, 31_999, 32_001, 127_999]) {
        for (const outputTokens of [0, 1, 199, 200, 7_777]) {
          const most = bound.nanosOf(inputTokens, outputTokens)!
          for (const part of [0, 0.3, 1]) {
            const input = Math.floor(inputTokens * part)
            const usage = {
              inputTokens: input,
              cachedTokens: Math.floor(input / 3),
              outputTokens,
              reasoningTokens: Math.floor(outputTokens / 2)
            }
            const answer = priceReply(
              { ...price, cached: '0.3' },
              price === simple ? { ...usage, cacheWriteTokens: Math.floor(input / 7) } : usage
            )
            if ('cost' in answer) expect(most).toBeGreaterThanOrEqual(answer.cost.nanos)
          }
        }
      }
    }
  })

  test('of a short request does not count the tiers of long ones', () => {
    expect(priceBound([tiered])!.nanosOf(1_000, 100)).toBe(2_000n * 1_000n + 800_000n + 5n)
  })

  test('counts the tiers that a shorter request would fall into, when they are dearer', () => {
    expect(priceBound([tiered])!.nanosOf(100_000, 0)).toBe(300_000_000n + 5n)
  })

  test('beyond the last tier is that of the dearest', () => {
    expect(priceBound([tiered])!.nanosOf(200_000, 0)).toBe(600_000_000n + 5n)
  })

  test('is not known where there are no rates', () => {
    expect(priceBound([listed({ input: '1' })])!.nanosOf(1, 1)).toBeUndefined()
  })

  test("knows the maximum of a model that is sold elsewhere or has a price of a person's own", () => {
    const curated = { version: 1, services: { s: ['https://s.test/v1'] }, prices: [{ ...simple, model: 'big' }] } as const
    const own = { version: 1, prices: [listed({ service: 'relay', model: 'maker/Big-2026-11-21', input: '1', output: '1' })] } as const
    const book = new PriceBook(curated, { list: own, problems: [] })
    const now = new Date()
    const asked = { provider: 'relay', url: 'https://relay.test/v1', from: now, until: now }
    expect(book.boundOf({ ...asked, model: 'maker/Big-2026-11-21' })).toMatchObject({ maxOutputTokens: 8_000 })
    expect(book.boundOf({ ...asked, model: 'unheard-of' })).toEqual({ unknown: expect.stringContaining('resoftai prices set') })
  })

  test('of two prices is the dearer one', () => {
    const night = listed({ input: '1', output: '2', max_output: 4_000 })
    const day = listed({ input: '2', output: '4', max_output: 8_000 })
    expect(priceBound([night, day])!).toMatchObject({ maxOutputTokens: 4_000 })
    expect(priceBound([night, day])!.nanosOf(1_000_000, 0)).toBe(2_000_000_005n)
  })
})
