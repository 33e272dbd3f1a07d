import { describe, expect, test } from '@jest/globals'
import type { ProviderError, ProviderErrorKind } from '@resoftai/sdk'
import { delta, dialectOf, eventsOf } from './dialect.ts'

async function errorFor(status: number, body: unknown): Promise<ProviderError | undefined> {
  return (await dialectOf()).decodeError?.(status, body, new Headers())
}

/** Every code of WIRE.md 7.7 and what it means, with a status that means something else where there is no knowing. */
const codes: readonly (readonly [status: number, kind: ProviderErrorKind, retryable: boolean, codes: readonly number[]])[] = [
  [400, 'server', true, [500, 1200, 1230, 1234, 1260]],
  [429, 'server', true, [1100, 1120]],
  [401, 'auth', false, [1000, 1001, 1002, 1003, 1004, 1005]],
  [429, 'permission', false, [1110, 1111, 1112, 1121, 1313]],
  [429, 'quota', false, [1113, 1304, 1308, 1309, 1310, 1314, 1315, 1316, 1317, 1318, 1319, 1320, 1321]],
  [400, 'bad_request', false, [1210, 1212, 1213, 1214, 1215]],
  [400, 'not_found', false, [1211, 1221, 1222]],
  [400, 'permission', false, [1220, 1311]],
  [400, 'server', false, [1231]],
  [400, 'context_length', false, [1261]],
  [400, 'content_filter', false, [1300, 1301]],
  [429, 'rate_limit', true, [1302, 1303]],
  [429, 'overloaded', true, [1305, 1312]]
]
const cases = codes.flatMap(([status, kind, retryable, numbers]) => numbers.map(code => [code, kind, status, retryable] as const))

describe('code', () => {
  test.each(cases)('%i is %s', async (code, kind, status, retryable) => {
    const expected = { kind, retryable, vendorCode: String(code) }
    const error = { code: String(code), message: 'x' }
    expect(await errorFor(status, { error })).toMatchObject({ ...expected, status })
    expect(await errorFor(status, { error: { code, message: 'x' } })).toMatchObject(expected)
    // Other services answer so, also with a good status.
    expect(await errorFor(200, { code, msg: 'x', success: false })).toMatchObject(expected)
    const told = await eventsOf([delta({ content: 'a' }), { error }]).catch((thrown: unknown) => thrown)
    expect(told).toMatchObject(expected)
  })

  test('there are as many as the vendor lists', () => {
    expect(new Set(cases.map(([code]) => code)).size).toBe(49)
  })

  test.each([
    ['1113', /bigmodel-coding or zai-coding/],
    ['1003', /clock/],
    ['1112', /account/],
    ['1308', /reset/],
    ['1231', /request_id/],
    ['1211', /resoftai models/]
  ])('%s has a hint for a person', async (code, hint) => {
    expect((await errorFor(400, { error: { code, message: 'Unknown Model' } }))?.hint).toMatch(hint)
  })

  test('an unknown one is judged by its status', async () => {
    expect(await errorFor(429, { error: { code: '1999', message: 'x' } })).toMatchObject({ kind: 'rate_limit', vendorCode: '1999' })
  })
})

test.each([
  [434, 'permission'],
  [435, 'bad_request']
])('the status %i is %s', async (status, kind) => {
  expect(await errorFor(status, {})).toMatchObject({ kind })
})

const hour = 3_600_000

describe('the reset of a limit (it is midnight in Beijing)', () => {
  test.each<[string, number | undefined]>([
    ['Usage limit reached for 5 hour. Your limit will reset at 2026-08-25 05:00:01', 5 * hour + 1000],
    ['已达到 5 小时的使用上限。您的限额将在 2026-08-25 07:00:00 重置。', 7 * hour],
    ['Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-09-01 00:00:00', 7 * 24 * hour],
    ['Resets at 2026-08-24T17:00:00Z', hour],
    ['Your limit will reset at 2026-08-25T03:00:00+09:00', 2 * hour],
    ['Your limit will reset at 2026-08-24 23:59:59', undefined],
    ['Your limit will reset at 2026-99-99 99:99:99', undefined],
    ['Your limit will reset soon', undefined],
    ['Your plan expires at 2026-08-26 00:00:00', undefined]
  ])('%j', async (message, retryAfterMs) => {
    expect(await errorFor(429, { error: { code: '1308', message } })).toMatchObject({ kind: 'quota', retryable: false, retryAfterMs })
  })
})
