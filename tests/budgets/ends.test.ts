import { describe, expect, test } from '@jest/globals'
import { cut, fakeService, json, reset, sse, stall, wait, type Answer, type FakeService, type Respond } from '@resoftai/sdk/testing'
import type { ProviderError } from 'resoftai'
import { completion, delta, failureOf, finished, question, readAll, said, vendorError } from '../faults/support.ts'
import { balanceOf, costOf, inCurrency, openHost, recordsOf, streamedReply, told, wholeReply, type Opened, type Setup } from './support.ts'

const used = { input: 21, output: 303 }
const asked = { ...question, maxTokens: 1_000 }
const whole = json(wholeReply(used))
const streamed = sse(streamedReply(used))
const ill = json(vendorError('ill'), { status: 500 })
const cutAfter = (...events: Parameters<typeof sse>[0]) => sse([...events, cut], { done: false })

interface Till extends Opened {
  readonly service: FakeService
}

async function openTill(respond: Respond, setup: Partial<Setup> = {}): Promise<Till> {
  const service = await fakeService(respond)
  const opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '1 USD' }], ...setup })
  return {
    ...opened,
    service,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await service.close()
    }
  }
}

/** By what is asked, and whether it is a stream. */
function byMode(stream: Answer, answer: Answer): Respond {
  return ({ json: body }) => ((body as { readonly stream?: boolean }).stream === true ? stream : answer)
}

/** What the books have: each record is paid by its own tokens, nothing is held, and the budget has the sum. */
async function readBooks({ host }: Opened) {
  const records = await recordsOf(host)
  const { settled, reserved } = await balanceOf(host)
  expect(reserved).toBe(0n)
  let sum = 0n
  for (const { provider, inputTokens, outputTokens, costNanos, currency } of records) {
    if (costNanos === null) continue
    expect(costNanos).toBe(costOf(provider, { input: inputTokens ?? 0, output: outputTokens ?? 0 }))
    sum += inCurrency(costNanos, currency ?? 'USD', 'USD')
  }
  expect(settled).toBe(sum)
  return { records, settled }
}

const known = { inputTokens: used.input, outputTokens: used.output, estimated: false }
const nothing = { inputTokens: null, outputTokens: null, costNanos: null, currency: null, estimated: false }

describe('A20 a stream that is cut', () => {
  const patient = { settings: { max_retries: 0, stall_timeout: 0.2, timeout: 0.3 } }

  test('after its tokens were told is paid by them', async () => {
    await using till = await openTill(cutAfter(said('Hello'), told(used)))
    expect((await readAll(till.one.stream(asked))).error).toMatchObject({ kind: 'truncated' })
    expect((await readBooks(till)).records).toMatchObject([{ status: 'truncated', ...known }])
  })

  test('before its tokens were told is paid by an estimate', async () => {
    await using till = await openTill(cutAfter(said('Hello, how are you today?')))
    const inputTokens = await till.one.estimateTokens(asked)
    await readAll(till.one.stream(asked))
    const { records } = await readBooks(till)
    expect(records).toMatchObject([{ status: 'truncated', inputTokens, estimated: true }])
    expect(records[0]?.outputTokens).toBeGreaterThan(4)
  })

  test('when less was told than had come is paid by what had come', async () => {
    await using till = await openTill(cutAfter(told({ input: 500, output: 1 }), said('word '.repeat(100))))
    await readAll(till.one.stream(asked))
    const { records } = await readBooks(till)
    expect(records).toMatchObject([{ inputTokens: 500, estimated: true }])
    expect(records[0]?.outputTokens).toBeGreaterThan(90)
  })

  test('by a stall is one record, and its rescue another', async () => {
    await using till = await openTill(byMode(sse([said('Hel'), stall]), whole), patient)
    expect(await readAll(till.one.stream(asked))).toMatchObject({ text: 'Hello', error: undefined })
    expect((await readBooks(till)).records).toMatchObject([
      { status: 'stalled', estimated: true },
      { status: 'finished', ...known }
    ])
  })

  test('by a stall whose rescue fails is paid, and the rescue is not', async () => {
    await using till = await openTill(byMode(sse([said('Hel'), stall]), ill), patient)
    expect((await readAll(till.one.stream(asked))).error).toMatchObject({ kind: 'stalled' })
    expect((await readBooks(till)).records).toMatchObject([
      { status: 'stalled', estimated: true },
      { status: 'server', ...nothing }
    ])
  })

  test('by a stall whose rescue has no room is paid, and the rescue is not sent', async () => {
    const answer = sse([told({ input: 400, output: 900 }), said('Hel'), stall])
    await using till = await openTill(answer, { ...patient, budgets: [{ per: 'day', limit: '0.01 USD' }] })
    expect((await readAll(till.one.stream(asked))).error).toMatchObject({ kind: 'stalled' })
    expect(till.service.requests).toHaveLength(1)
    expect((await readBooks(till)).records).toMatchObject([
      { status: 'stalled', inputTokens: 400, outputTokens: 900 },
      { status: 'quota', ...nothing }
    ])
  })

  test('and begins again at another provider is paid there too', async () => {
    const respond: Respond = ({ path }) => (path.startsWith('/one') ? sse([said('Hel'), wait(20), reset]) : streamed)
    await using till = await openTill(respond, { config: { routes: { safe: ['one/m1', 'two/m1'] } } })
    const route = await till.host.model('safe')
    expect(await readAll(route.stream(asked, { restart: true }))).toMatchObject({ text: 'Hello', error: undefined })
    expect((await readBooks(till)).records).toMatchObject([
      { provider: 'one', status: 'network', estimated: true },
      { provider: 'two', status: 'finished', ...known, rates: [{ from: 'USD', to: 'CNY', rate: '7.1234' }] }
    ])
  })

  test('by the caller after some of it is paid by an estimate', async () => {
    await using till = await openTill(sse([said('Hello'), stall]))
    for await (const { type } of till.one.stream(asked)) if (type === 'text') break
    expect((await readBooks(till)).records).toMatchObject([{ status: 'cancelled', estimated: true, firstEventMs: expect.any(Number) }])
  })

  test('by the caller before anything came is paid for what was sent', async () => {
    await using till = await openTill({ steps: [stall] })
    const inputTokens = await till.one.estimateTokens(asked)
    const controller = new AbortController()
    const failure = failureOf(till.one.chat(asked, { signal: controller.signal }))
    await till.service.received(1)
    controller.abort()
    expect(await failure).toMatchObject({ kind: 'cancelled' })
    const { records } = await readBooks(till)
    expect(records).toMatchObject([{ status: 'cancelled', inputTokens, outputTokens: 0, estimated: true, firstEventMs: null }])
  })

  test('by the caller before it was sent is not in the books', async () => {
    await using till = await openTill(whole)
    expect(await failureOf(till.one.chat(asked, { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'cancelled' })
    expect((await readBooks(till)).records).toEqual([])
    expect(till.service.requests).toEqual([])
  })

  test('by the end of a time limit is paid for what was sent', async () => {
    await using till = await openTill({ steps: [stall] }, patient)
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ kind: 'timeout' })
    expect((await readBooks(till)).records).toMatchObject([{ status: 'timeout', outputTokens: 0, estimated: true }])
  })

  test('by the end of the host is paid, and what nobody reads any more is lost', async () => {
    await using till = await openTill(sse([said('Hello'), stall]))
    const events = till.one.stream(asked)
    const running = readAll(till.one.stream(asked))
    await events.next()
    await till.service.received(2)
    await till.host.close()
    expect((await running).error).toMatchObject({ kind: 'cancelled' })
    await using again = await openHost({ url: till.service.url, home: till.home, budgets: [{ per: 'day', limit: '1 USD' }] })
    const { records } = await readBooks(again)
    expect(records.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'lost'])
  })
})

describe('A20 what is tried again', () => {
  test('is one record, and what failed without tokens is not paid', async () => {
    await using till = await openTill([ill, ill, whole])
    await till.one.chat(asked)
    expect((await readBooks(till)).records).toMatchObject([{ status: 'finished', attempts: 3, ...known }])
    expect(new Set(till.service.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  test('is paid for the tokens of each try', async () => {
    const first = sse([told({ input: 40, output: 10 }), wait(20), reset])
    await using till = await openTill([first, streamed])
    expect(await readAll(till.one.stream(asked))).toMatchObject({ text: 'Hello', error: undefined })
    const total = costOf('one', { input: 40, output: 10 }) + costOf('one', used)
    expect(await recordsOf(till.host)).toMatchObject([
      { attempts: 2, inputTokens: 40 + used.input, outputTokens: 10 + used.output, costNanos: total }
    ])
    expect(await balanceOf(till.host)).toEqual({ settled: total, reserved: 0n })
  })

  test('in vain is not paid', async () => {
    await using till = await openTill(ill)
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ kind: 'server' })
    expect((await readBooks(till)).records).toMatchObject([{ status: 'server', attempts: 4, ...nothing }])
  })

  test('by the next model of a route is a record for each', async () => {
    const respond: Respond = ({ path }) => (path.startsWith('/one') ? ill : whole)
    await using till = await openTill(respond, { config: { routes: { safe: ['one/m1', 'two/m1'] } } })
    await (await till.host.model('safe')).chat(asked)
    expect((await readBooks(till)).records).toMatchObject([
      { provider: 'one', status: 'server', ...nothing },
      { provider: 'two', status: 'finished', ...known }
    ])
  })
})

describe('while a call runs', () => {
  const bound = (output: number) => costOf('one', { input: 0, output })

  test.each([
    ['as many replies as it asks for', { n: 3 }, 3_000],
    ['the larger of two limits', { max_tokens: 2_500 }, 2_500],
    ['the larger of two limits, by any name', { max_completion_tokens: 2_500, n: 2 }, 5_000],
    ['its limit', {}, 1_000]
  ])('%s are held', async (_what, extra, output) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    await using till = await openTill(() => released.then(() => whole))
    const reply = till.one.chat({ ...asked, extra })
    await till.service.received(1)
    const { settled, reserved } = await balanceOf(till.host)
    expect(settled).toBe(0n)
    expect(reserved).toBeGreaterThanOrEqual(bound(output))
    expect(reserved).toBeLessThan(bound(output) + costOf('one', { input: 1_000, output: 0 }))
    release()
    await reply
    expect((await readBooks(till)).records).toMatchObject([known])
  })

  test('embeddings hold their input, and are paid by it', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const answer = json({ model: 'm1', data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 7, total_tokens: 7 } })
    await using till = await openTill(() => released.then(() => answer))
    const reply = till.one.embed({ input: ['Hello'] }, { key: 'alice' })
    await till.service.received(1)
    expect((await balanceOf(till.host)).reserved).toBeGreaterThan(costOf('one', { input: 7, output: 0 }))
    release()
    expect(await reply).toMatchObject({ cost: { nanos: costOf('one', { input: 7, output: 0 }) } })
    expect((await readBooks(till)).records).toMatchObject([
      { status: 'finished', key: 'alice', inputTokens: 7, outputTokens: 0, estimated: false }
    ])
  })

  test('embeddings that fail are not paid', async () => {
    await using till = await openTill(ill, { settings: { max_retries: 0 } })
    await failureOf(till.one.embed({ input: ['Hello'] }))
    expect((await readBooks(till)).records).toMatchObject([{ status: 'server', ...nothing }])
  })
})

describe('a reply', () => {
  test('of another model without a price is charged as the one that was asked', async () => {
    await using till = await openTill(json({ ...wholeReply(used), model: 'm9' }))
    await till.one.chat(asked)
    expect(await recordsOf(till.host)).toMatchObject([{ model: 'm1', answeredModel: 'm9', ...known, costNanos: null, currency: null }])
    expect(await balanceOf(till.host)).toEqual({ settled: costOf('one', used), reserved: 0n })
  })

  test.each([
    ['without usage', undefined],
    ['with usage that is no number (S21)', { prompt_tokens: '20', completion_tokens: -3, total_tokens: 'many' }]
  ])('%s is paid by an estimate', async (_what, usage) => {
    await using till = await openTill(json(completion('Hello', { usage })))
    expect(await till.one.chat(asked)).toMatchObject({ usage: { estimated: true } })
    expect((await readBooks(till)).records).toMatchObject([{ status: 'finished', estimated: true }])
  })

  test('that costs more than it could is recorded as it is, and the next is refused', async () => {
    const budgets = [{ per: 'day', limit: '0.02 USD' }]
    const most = { input: 20, output: 5_000 }
    await using till = await openTill(json(wholeReply(most)), { budgets })
    const { warnings } = await till.one.chat(asked)
    expect(warnings).toEqual([expect.stringMatching(/has used 80 % of its 0\.02 USD: 0\.04/)])
    expect((await readBooks(till)).settled).toBe(costOf('one', most))
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ kind: 'quota', code: 'budget' })
  })

  test('with more tokens than money can pay (S21) does not stop those that follow', async () => {
    const absurd = { input: 20, output: Number.MAX_SAFE_INTEGER - 20 }
    await using till = await openTill([json(wholeReply(absurd)), whole])
    expect(await till.one.chat(asked)).toMatchObject({ warnings: [expect.stringContaining('could not be written')] })
    expect(await till.one.chat(asked)).toMatchObject({ warnings: [] })
    const records = await recordsOf(till.host)
    expect(records).toMatchObject([{ status: 'lost' }, { status: 'finished', ...known }])
    expect(await balanceOf(till.host)).toEqual({ settled: costOf('one', used), reserved: 0n })
  })

  test('that was filtered is paid only as far as its vendor says', async () => {
    await using till = await openTill(sse([said('Hel'), finished('content_filter')]))
    await readAll(till.one.stream(asked))
    expect((await readBooks(till)).records).toMatchObject([{ status: 'finished', costNanos: null }])
  })

  test('that ends with an error of the vendor is paid by an estimate', async () => {
    await using till = await openTill(sse([said('Hel'), delta({}, 'error')]), { settings: { max_retries: 0 } })
    const { error } = await readAll(till.one.stream(asked))
    expect((error as ProviderError).kind).toBe('server')
    expect((await readBooks(till)).records).toMatchObject([{ status: 'server', estimated: true }])
  })
})
