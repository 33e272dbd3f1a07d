import { describe, expect, test } from '@jest/globals'
import { readRateReset, readRetryAfter } from './retry-after.ts'

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
    ['H17 far too long, as vendors write it', { 'retry-after': '1000000000' }, 1e12],
    ['H17 far too long, with an exponent', { 'retry-after': '1e9' }, 1e12],
    ['H17 longer than there is a number for', { 'retry-after': '9'.repeat(400) }, Number.MAX_SAFE_INTEGER],
    ['H17 a date that is none', { 'retry-after': 'Sat, 31 Feb 2026 99:00:00 GMT' }, undefined],
    ['H17 no text', { 'retry-after': '' }, undefined],
    ['H17 nonsense beside sense', { 'retry-after-ms': 'abc', 'retry-after': '2' }, 2000],
    ['H17 two headers', { 'retry-after': '2, 3' }, undefined],
    ['a date in the past is now', { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, 0],
    ['H15 the older form of a date', { 'retry-after': 'Saturday, 21-Nov-26 10:00:03 GMT' }, 3000],
    ['H15 a date without a zone', { 'retry-after': 'Sat, 21 Nov 2026 10:00:03' }, undefined],
    ['H15 an ISO date', { 'retry-after': '2026-11-21T10:00:03Z' }, 3000],
    ['H18 an hour', { 'retry-after': '3600' }, 3_600_000],
    ['a rate window is not asked for', { 'x-ratelimit-reset': '1s' }, undefined],
    ['nothing', {}, undefined]
  ])('%s', (_name, headers, expected) => {
    const actual = readRetryAfter(headers, now)
    if (expected === undefined) expect(actual).toBeUndefined()
    else expect(actual).toBeCloseTo(expected, 3)
  })
})

describe('readRateReset', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
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
    ['H19 a window of another name', { 'x-ratelimit-reset-tokens-minute': '12.5' }, 12_500],
    ['H19 an epoch by the vendor clock', { 'x-ratelimit-reset': String(now / 1000 + 7205), date: 'Sat, 21 Nov 2026 12:00:00 GMT' }, 5000],
    ['H19 a date', { 'x-ratelimit-reset': '2026-11-21T10:00:05Z' }, 5000],
    ['H19 an epoch that is over', { 'x-ratelimit-reset': String(now - 5000) }, 0],
    ['H19 a word', { 'x-ratelimit-reset': 'soon' }, undefined],
    ['H19 no text', { 'x-ratelimit-reset': '' }, undefined],
    ['H19 more than a day', { 'x-ratelimit-reset': '25h' }, undefined],
    ['nothing', {}, undefined]
  ])('%s', (_name, headers, expected) => {
    const actual = readRateReset(headers, now)
    if (expected === undefined) expect(actual).toBeUndefined()
    else expect(actual).toBeCloseTo(expected, 3)
  })
})
