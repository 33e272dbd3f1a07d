import { describe, expect, test } from '@jest/globals'
import { readRetryAfter } from './retry-after.ts'

const now = Date.parse('2026-11-21T10:00:00Z')

describe('readRetryAfter', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ['H14 seconds', { 'retry-after': '2' }, 2000],
    [
      'H15 a date is measured against the vendor clock',
      { 'retry-after': 'Sat, 21 Nov 2026 12:00:03 GMT', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
      3000
    ],
    ['H15 a date without a date header is measured against ours', { 'retry-after': 'Sat, 21 Nov 2026 10:00:03 GMT' }, 3000],
    ['H16 milliseconds win', { 'retry-after-ms': '300', 'retry-after': '9' }, 300],
    ['Azure sends 0 ms beside 1 s', { 'retry-after-ms': '0', 'retry-after': '1' }, 1000],
    ['H17 zero', { 'retry-after': '0' }, 0],
    ['H17 negative', { 'retry-after': '-5' }, undefined],
    ['H17 a word', { 'retry-after': 'abc' }, undefined],
    ['H17 not a number', { 'retry-after': 'NaN' }, undefined],
    ['H17 more than a day', { 'retry-after': '1e9' }, undefined],
    ['H17 more than a day in digits', { 'retry-after': '1000000000' }, undefined],
    ['H17 two headers', { 'retry-after': '2, 3' }, undefined],
    ['a date in the past is now', { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, 0],
    ['H19 a duration', { 'x-ratelimit-reset-requests': '1s' }, 1000],
    ['H19 minutes and seconds', { 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    ['H19 fractions', { 'x-ratelimit-reset-tokens': '2m59.56s' }, 179_560],
    ['H19 milliseconds', { 'x-ratelimit-reset-tokens': '370ms' }, 370],
    ['H19 epoch milliseconds', { 'x-ratelimit-reset': String(now + 5000) }, 5000],
    ['H19 epoch seconds', { 'x-ratelimit-reset': String(now / 1000 + 5) }, 5000],
    [
      'H19 a window that is not exhausted does not count',
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '7' },
      undefined
    ],
    ['H19 the longest exhausted window counts', { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '3s' }, 3000],
    ['nothing', {}, undefined]
  ])('%s', (_name, headers, expected) => {
    const actual = readRetryAfter(headers, now)
    if (expected === undefined) expect(actual).toBeUndefined()
    else expect(actual).toBeCloseTo(expected, 3)
  })
})
