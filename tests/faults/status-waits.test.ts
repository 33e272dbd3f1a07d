import { beforeAll, describe, expect, test } from '@jest/globals'
import { json, type Answer, type AnswerOptions } from '@resoftai/sdk/testing'
import type { ProviderError } from 'resoftai'
import { completion, failureOf, question, vendorError, withVendor, type HostSetup } from './support.ts'

const limited = (headers: AnswerOptions['headers'] = {}, status = 429) => json(vendorError('slow down'), { status, headers })
const limitedWith = (name: string, value: string | readonly string[]) => limited({ [name]: value })
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()

interface Wait {
  readonly refused: Answer
  /** How long the host meant to wait, and how long the vendor did not hear from it. */
  readonly plannedMs: number
  readonly gapMs: number
  /** When the second try, which succeeds, was at the vendor. */
  readonly arrivedAt: number
}

async function waitAfter(refuse: () => Answer): Promise<Wait> {
  const arrivals: number[] = []
  let refused: Answer | undefined
  await using vendor = await withVendor(() => {
    arrivals.push(Date.now())
    return refused === undefined ? (refused = refuse()) : json(completion('ok'))
  })
  const { content, attempts } = await vendor.provider.chat(question)
  const [first, arrivedAt] = arrivals
  const plannedMs = attempts[0]?.waitMs
  if (content !== 'ok' || arrivals.length !== 2 || refused === undefined || first === undefined || arrivedAt === undefined)
    throw new Error(`expected one refusal and one reply, got ${arrivals.length} calls`)
  return { refused, plannedMs: plannedMs ?? NaN, gapMs: arrivedAt - first, arrivedAt }
}

/** The error of a call that gives up at once although it may try again. */
async function givesUp(answer: Answer, setup?: HostSetup): Promise<ProviderError> {
  await using vendor = await withVendor(answer, setup)
  const begun = performance.now()
  const error = await failureOf(vendor.provider.chat(question))
  expect(performance.now() - begun).toBeLessThan(2_000)
  expect(vendor.service.requests).toHaveLength(1)
  expect(error.attempts).toEqual([expect.not.objectContaining({ waitMs: expect.anything() })])
  return error
}

/** What the host understood of an answer, without waiting for it. */
async function understood(answer: Answer): Promise<number | undefined> {
  return (await givesUp(answer, { settings: { max_retries: 0 } })).retryAfterMs
}

function expectBetween(value: number | undefined, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least)
  expect(value).toBeLessThanOrEqual(most)
}

const nonsense = ['-5', 'abc', 'NaN', 'Infinity', '', ['2', '3'], 'Sat, 99 Nov 2026 10:00:00 GMT'] as const

/** Each of these takes its time for real, so all run at once. */
const refusals = {
  'H13 without': [() => limited(), () => limited(), () => limited(), () => limited(), () => limited(), () => limited()],
  'H14 seconds': [() => limitedWith('retry-after', '2')],
  'H15 date': [() => limitedWith('retry-after', inSeconds(3))],
  'H16 milliseconds': [() => limitedWith('retry-after-ms', '300')],
  'H17 zero': [
    () => limitedWith('retry-after', '0'),
    () => limitedWith('retry-after-ms', '0'),
    () => limitedWith('retry-after', inSeconds(-9))
  ],
  'H17 nonsense': nonsense.map(value => () => limitedWith('retry-after', value)),
  'H19 window': [() => limitedWith('x-ratelimit-reset-requests', '700ms')],
  'H22 unavailable': [() => limited({ 'retry-after': '1' }, 503)]
} as const
let waits: { readonly [Name in keyof typeof refusals]: readonly Wait[] }

beforeAll(async () => {
  const all = Object.entries(refusals).map(async ([name, cases]) => [name, await Promise.all(cases.map(waitAfter))])
  waits = Object.fromEntries(await Promise.all(all)) as typeof waits
}, 15_000)

describe('a wait that is asked for', () => {
  test('is never cut short', () => {
    // Timers and the clock may differ by some milliseconds.
    for (const { gapMs, plannedMs } of Object.values(waits).flat()) expect(gapMs).toBeGreaterThanOrEqual(plannedMs - 20)
  })

  test('H13 429 without a header is repeated after a pause that is spread at random', () => {
    const planned = waits['H13 without'].map(({ plannedMs }) => plannedMs)
    for (const plannedMs of planned) expectBetween(plannedMs, 100, 1_000)
    expect(new Set(planned).size).toBeGreaterThan(1)
  })

  test('H14 Retry-After: 2 is waited for, and hardly longer', () => {
    for (const { plannedMs } of waits['H14 seconds']) expectBetween(plannedMs, 2_000, 2_600)
  })

  test('H15 Retry-After as a date is waited for until that date', () => {
    for (const { arrivedAt, plannedMs, refused } of waits['H15 date']) {
      expect(arrivedAt).toBeGreaterThanOrEqual(Date.parse(String(refused.headers?.['retry-after'])))
      expectBetween(plannedMs, 1_900, 3_600)
    }
  })

  test('H15 a date is measured by the clock of the vendor', async () => {
    const date = inSeconds(3_600)
    expect(await understood(limited({ date, 'retry-after': new Date(Date.parse(date) + 3_000).toUTCString() }))).toBe(3_000)
    expect(await understood(limited({ date, 'retry-after': inSeconds(60) }))).toBe(0)
  })

  test('H16 retry-after-ms: 300 is 300 ms', () => {
    for (const { plannedMs } of waits['H16 milliseconds']) expectBetween(plannedMs, 300, 500)
  })

  test('H16 a zero in milliseconds beside a second (Azure) is a second', async () => {
    expect(await understood(limited({ 'retry-after-ms': '0', 'retry-after': '1' }))).toBe(1_000)
    expect(await understood(limited({ 'retry-after-ms': '300', 'retry-after': '9' }))).toBe(300)
  })

  test('H22 503 with Retry-After waits too', () => {
    for (const { plannedMs } of waits['H22 unavailable']) expectBetween(plannedMs, 1_000, 1_600)
  })

  test('a Retry-After beside an error with status 200 is not one: some vendors send it with every answer', async () => {
    const busy = json(vendorError('busy', { code: 'slow_down' }), { headers: { 'retry-after': '30' } })
    expect(await understood(busy)).toBeUndefined()
  })
})

describe('a wait that is nonsense', () => {
  test('H17 zero is no busy loop', () => {
    for (const { plannedMs } of waits['H17 zero']) expectBetween(plannedMs, 100, 600)
  })

  test('H17 what cannot be understood is as if it were not there', async () => {
    for (const { plannedMs } of waits['H17 nonsense']) expectBetween(plannedMs, 100, 1_000)
    expect(await Promise.all(nonsense.map(value => understood(limitedWith('retry-after', value))))).toEqual(nonsense.map(() => undefined))
  })

  test.each([
    ['1e9', '1e9'],
    ['1000000000', '1000000000'],
    ['a date in thirty years', inSeconds(1e9)]
  ])('H17 Retry-After: %s is too long for anybody and fails at once', async (_what, value) => {
    const error = await givesUp(limitedWith('retry-after', value))
    expect(error).toMatchObject({ kind: 'rate_limit', status: 429, retryable: true })
    expect(error.retryAfterMs).toBeGreaterThan(9e11)
  })
})

describe('a wait that does not fit', () => {
  test('H18 Retry-After: 3600 fails at once, and says how long it would take', async () => {
    const error = await givesUp(limitedWith('retry-after', '3600'))
    expect(error).toMatchObject({ kind: 'rate_limit', status: 429, retryable: true, retryAfterMs: 3_600_000 })
    expect(error.hint).toContain('3600 s')
  })

  test('H18 a wait beyond the deadline of the provider is not begun', async () => {
    const error = await givesUp(limitedWith('retry-after', '5'), { settings: { deadline: 3 } })
    expect(error).toMatchObject({ kind: 'rate_limit', retryAfterMs: 5_000 })
  })

  test('H18 what the words of the vendor ask for counts like a header', async () => {
    const words = 'Rate limit reached on tokens per min. Please try again in 1h2m3s.'
    const answer = json(vendorError(words, { code: 'rate_limit_exceeded' }), { status: 429 })
    expect(await givesUp(answer)).toMatchObject({ kind: 'rate_limit', retryAfterMs: 3_723_000 })
  })
})

describe('the reset of a rate window', () => {
  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['a duration', { 'x-ratelimit-reset-requests': '1s' }, 1_000],
    ['minutes', { 'x-ratelimit-reset-tokens': '6m0s' }, 360_000],
    ['milliseconds', { 'x-ratelimit-reset-tokens': '370ms' }, 370],
    ['a window by another name', { 'x-ratelimit-reset-tokens-minute': '12.5' }, 12_500],
    [
      'the window that is used up',
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-reset-tokens': '3s' },
      3_000
    ]
  ])('H19 %s is what the vendor asks for, where there is no Retry-After', async (_what, headers, expected) => {
    expect(await understood(limited(headers))).toBe(expected)
    expect(await understood(limited({ ...headers, 'retry-after': '2' }))).toBe(2_000)
  })

  test.each([1, 1_000])('H19 the reset as an epoch, in units of %i ms', async unitMs => {
    const reset = Math.ceil((Date.now() + 60_000) / unitMs)
    expectBetween(await understood(limitedWith('x-ratelimit-reset', String(reset))), 50_000, 62_000)
  })

  test('H19 the reset is waited for', () => {
    for (const { plannedMs } of waits['H19 window']) expectBetween(plannedMs, 700, 900)
  })

  test('H19 six minutes do not fit into a deadline of one', async () => {
    const error = await givesUp(limitedWith('x-ratelimit-reset-tokens', '6m0s'), { settings: { deadline: 60 } })
    expect(error).toMatchObject({ kind: 'rate_limit', retryAfterMs: 360_000, hint: expect.stringContaining('360 s') })
  })

  test('H19 a window has nothing to do with a failure of the vendor', async () => {
    expect(await understood(limited({ 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-remaining-tokens': '0' }, 500))).toBeUndefined()
  })
})
