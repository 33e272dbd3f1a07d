import { describe, expect, test } from '@jest/globals'
import { fakeService, json, sse, type FakeService } from '@resoftai/sdk/testing'
import { failureOf, finished, question, said } from '../faults/support.ts'
import { balanceOf, costOf, openHost, streamedReply, told, wholeReply } from './support.ts'

const used = { input: 20, output: 40 }

/** What is sent as `max_tokens`, with so much room and a model that can write so much. */
async function sentLimit(limit: string, price: object = {}, more: object = {}): Promise<unknown> {
  await using service = await fakeService(json(wholeReply(used)))
  await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit }], price })
  await opened.one.chat({ ...question, ...more })
  return limitOf(service)
}

function limitOf({ requests: [request] }: FakeService): unknown {
  return (request?.json as { readonly max_tokens?: unknown } | undefined)?.max_tokens
}

describe('a request without a limit to its output', () => {
  test.each([
    ['8192 where nobody knows how much the model can write', {}, 8_192],
    ['what the model can write at most', { max_output: 4_096 }, 4_096],
    ['16384 where the model can write more', { max_output: 65_536 }, 16_384]
  ])('gets one in a budget: %s', async (_what, price, expected) => {
    expect(await sentLimit('10 USD', price)).toBe(expected)
  })

  test('gets the largest that fits when there is little room', async () => {
    const limit = Number(await sentLimit('0.01 USD'))
    // The room less a bound for the input, which is small.
    expect(limit).toBeLessThan(1_250)
    expect(limit).toBeGreaterThan(1_000)
  })

  test('gets the largest that fits in the tightest of several budgets', async () => {
    await using service = await fakeService(json(wholeReply(used)))
    const budgets = [
      { per: 'day', limit: '0.03 USD' },
      { per: 'request', limit: '0.02 USD' },
      { per: 'month', limit: '0.0712 CNY' }
    ]
    await using opened = await openHost({ url: service.url, budgets })
    await opened.one.chat(question)
    const limit = Number(limitOf(service))
    expect(costOf('one', { input: 0, output: limit })).toBeLessThan(10_000_000n)
    expect(limit).toBeGreaterThan(1_000)
  })

  test('is refused when less than 256 tokens fit, and told how many would', async () => {
    await using service = await fakeService(json(wholeReply(used)))
    await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '0.003 USD' }] })
    const { hint, ...failure } = await failureOf(opened.one.chat(question))
    expect(failure).toMatchObject({ kind: 'quota', code: 'budget', retryable: false })
    const fitting = Number(/It would fit with max_tokens (\d+)/.exec(hint ?? '')?.[1])
    expect(fitting).toBeLessThan(256)
    expect(service.requests).toEqual([])
    // Who wants so short a reply may have it.
    expect(await opened.one.chat({ ...question, maxTokens: fitting })).toMatchObject({ content: 'Hello' })
  })

  test('is refused when not even its input fits', async () => {
    await using service = await fakeService(json(wholeReply(used)))
    await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '0.0001 USD' }] })
    expect(await failureOf(opened.one.chat(question))).toMatchObject({
      code: 'budget',
      hint: expect.stringContaining('Not even a short reply')
    })
    expect(service.requests).toEqual([])
  })

  test('is not limited without a budget', async () => {
    await using service = await fakeService(json(wholeReply(used)))
    await using opened = await openHost({ url: service.url, ledger: true })
    await opened.one.chat(question)
    expect(service.requests[0]?.json).not.toHaveProperty('max_tokens')
  })

  test('gets a warning when its reply is cut by the limit', async () => {
    const cutByLimit = sse([said('Hel'), finished('length'), told(used)])
    await using service = await fakeService([cutByLimit, cutByLimit])
    await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '10 USD' }] })
    const { warnings } = await opened.one.chat(question)
    expect(warnings).toEqual([expect.stringMatching(/cut at 8192 tokens: a budget needs a limit.*max_tokens/)])
    expect((await opened.one.chat({ ...question, maxTokens: 3 })).warnings).toEqual([])
  })
})

describe('the limit that the caller set', () => {
  test.each([
    [{ maxTokens: 3 }, 3],
    [{ maxTokens: 60_000 }, 60_000],
    [{ extra: { max_tokens: 70_000 } }, 70_000]
  ])('is sent as it is: %j', async (more, expected) => {
    expect(await sentLimit('10 USD', { max_output: 4_096 }, more)).toBe(expected)
  })

  test('is not made smaller to fit: the call is refused', async () => {
    await using service = await fakeService(sse(streamedReply(used)))
    await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '0.01 USD' }] })
    expect(await failureOf(opened.one.chat({ ...question, maxTokens: 2_000 }))).toMatchObject({ code: 'budget' })
    expect(service.requests).toEqual([])
    expect(await balanceOf(opened.host)).toEqual({ settled: 0n, reserved: 0n })
  })
})
