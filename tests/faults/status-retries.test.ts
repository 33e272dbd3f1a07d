import { describe, expect, test } from '@jest/globals'
import { json, sse, text, type Answer } from '@resoftai/sdk/testing'
import type { ProviderError } from 'resoftai'
import { completion, failureOf, finished, question, readAll, said, vendorError, withVendor } from './support.ts'

const page = text('<html><body><h1>cloudflare</h1></body></html>', { headers: { 'content-type': 'text/html' } })
const broken = (status: number, headers: Readonly<Record<string, string>> = {}) => json(vendorError('broken'), { status, headers })

/** Fails once with `answer`; the second try is what the caller gets, whole or streamed. */
async function repeatsOnce(answer: Answer): Promise<void> {
  await using vendor = await withVendor([answer, json(completion('ok')), answer, sse([said('ok'), finished()])])
  const reply = await vendor.provider.chat(question)
  expect(reply.content).toBe('ok')
  expect(reply.attempts).toEqual([
    expect.objectContaining({ status: answer.status, phase: 'body', waitMs: expect.any(Number) }),
    expect.objectContaining({ phase: 'done' })
  ])
  expect(vendor.service.requests).toHaveLength(2)
  const streamed = await readAll(vendor.provider.stream(question))
  expect([streamed.text, streamed.error]).toEqual(['ok', undefined])
  expect(vendor.service.requests).toHaveLength(4)
  expect(vendor.service.requests[1]?.json).toEqual(vendor.service.requests[0]?.json)
}

/** The error of a vendor that fails for ever, and how often it was asked. */
async function failsForEver(answer: Answer, settings: object): Promise<{ readonly error: ProviderError; readonly calls: number }> {
  await using vendor = await withVendor(answer, { settings: { ...settings } })
  const error = await failureOf(vendor.provider.chat(question))
  return { error, calls: vendor.service.requests.length }
}

const quick = { 'retry-after-ms': '100' }

describe('a failure that may pass', () => {
  test.each([
    ['H08', [408]],
    ['H09', [409]],
    ['H12', [425]],
    ['H21', [500, 502, 503, 504]],
    ['H23', [520, 521, 522, 523, 524, 525, 526, 527, 529]]
  ])('%s %j once is not seen by the caller', async (_row, statuses) => {
    await Promise.all(statuses.map(status => repeatsOnce(broken(status, quick))))
  })

  test('H23 the page of a CDN is repeated like any other failure', async () => {
    await repeatsOnce({ ...page, status: 522, headers: { ...page.headers, ...quick } })
  })

  test.each([
    ['H08', 408, 'timeout'],
    ['H12', 425, 'server'],
    ['H21', 500, 'server'],
    ['H21', 503, 'overloaded'],
    ['H23', 524, 'server'],
    ['H23', 529, 'overloaded']
  ])('%s %i for ever is %s', async (_row, status, kind) => {
    const cdn = { ...page, status, headers: { ...page.headers, ...quick } }
    const [told, shown] = await Promise.all([broken(status, quick), cdn].map(answer => failsForEver(answer, { max_retries: 1 })))
    expect(told).toMatchObject({ calls: 2, error: { kind, status, retryable: true, message: 'broken' } })
    expect(shown).toMatchObject({ calls: 2, error: { kind, status, retryable: true, code: 'html' } })
    expect(shown?.error.message).toBe(`The vendor answered ${status} with a web page.`)
  })

  test('H09 a conflict is tried once more and not oftener', async () => {
    const { error, calls } = await failsForEver(broken(409, quick), { max_retries: 3 })
    expect(error).toMatchObject({ kind: 'server', code: 'conflict', status: 409 })
    expect([calls, error.attempts.length]).toEqual([2, 2])
    expect((await failsForEver(broken(409, quick), { max_retries: 0 })).calls).toBe(1)
  })

  test('H09 a request id that still runs (Zhipu 1231) is not sent again', async () => {
    const answer = json(vendorError('The request_id is running', { code: '1231' }), { status: 400 })
    const { error, calls } = await failsForEver(answer, {})
    expect(error).toMatchObject({ kind: 'server', code: 'conflict', hint: expect.stringContaining('request_id') })
    expect(calls).toBe(1)
  })
})

describe('a vendor that says itself whether to try again', () => {
  test('H25 x-should-retry: false on 500, 503 and 429 is obeyed', async () => {
    for (const status of [500, 503, 429]) {
      const { error, calls } = await failsForEver(broken(status, { 'x-should-retry': 'false' }), {})
      expect(error).toMatchObject({ status, retryable: false })
      expect(calls).toBe(1)
    }
  })

  test('H25 x-should-retry: true on 400 is obeyed, up to max_retries', async () => {
    const headers = { ...quick, 'x-should-retry': 'true' }
    await repeatsOnce(broken(400, headers))
    const { error, calls } = await failsForEver(broken(400, headers), { max_retries: 2 })
    expect(error).toMatchObject({ kind: 'bad_request', status: 400, retryable: true })
    expect(calls).toBe(3)
  })
})

describe('a vendor that fails for ever', () => {
  test.each([0, 2])('H26 is asked exactly 1 + %i times, and every try is listed', async retries => {
    const { error, calls } = await failsForEver(broken(502, { 'x-request-id': 'req-1' }), { max_retries: retries })
    expect(calls).toBe(1 + retries)
    expect(error).toMatchObject({ kind: 'server', status: 502, retryable: true, provider: 'vendor', model: 'm1', requestId: 'req-1' })
    const listed = { provider: 'vendor', model: 'm1', phase: 'body', kind: 'server', status: 502, durationMs: expect.any(Number) }
    expect(error.attempts).toEqual(Array.from({ length: 1 + retries }, () => expect.objectContaining(listed)))
    const waits = error.attempts.map(({ waitMs }) => waitMs)
    expect(waits).toEqual([...Array.from({ length: retries }, () => expect.any(Number)), undefined])
    expect(waits.slice(0, -1).every(waitMs => waitMs !== undefined && waitMs >= 100)).toBe(true)
  })

  test('H26 is asked four times when nothing else is configured', async () => {
    const { error, calls } = await failsForEver(broken(500, quick), {})
    expect([calls, error.attempts.length]).toEqual([4, 4])
  })

  test('H26 is given up at the deadline, with the failure and not with a time-out', async () => {
    const begun = performance.now()
    const { error, calls } = await failsForEver(broken(500), { max_retries: 10, deadline: 1.5 })
    expect(performance.now() - begun).toBeLessThan(2_500)
    expect(error).toMatchObject({ kind: 'server', status: 500 })
    expect(calls).toBe(error.attempts.length)
    expect(calls).toBeGreaterThan(1)
    expect(calls).toBeLessThan(6)
  })
})
