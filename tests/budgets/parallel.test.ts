import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeService, json } from '@resoftai/sdk/testing'
import type { BudgetState, CallRecord, Host } from 'resoftai'
import { failureOf, question } from '../faults/support.ts'
import { hasPostgres, onPostgres, onSqlite, type Place } from './books.ts'
import { runCrowd, runCrowdApart, type Outcome } from './clients.ts'
import { balanceOf, costOf, inCurrency, nanos, openHost, recordsOf, wholeReply } from './support.ts'
import { startVendor, type Vendor } from './vendor.ts'

const limitMs = 60_000
const onServer = hasPostgres ? test : test.skip

const budgets = [
  { name: 'all', per: 'day', limit: '2.5 USD' },
  { name: 'of one', per: 'day', limit: '1.9 USD', provider: 'one' },
  { name: 'in yuan', per: 'total', limit: '17 CNY' },
  { name: 'of each', per: 'month', limit: '13.5 CNY', each: 'provider' },
  { name: 'a call', per: 'request', limit: '0.03 USD' }
]

describe('A19 200 parallel calls', () => {
  test('of 0.01 each on a budget of 0.50 are 50 calls, and not one more', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    await using service = await fakeService(async () => {
      await released
      return json(wholeReply({ input: 0, output: 999 }))
    })
    const price = { currency: 'USD', input: '0', output: '10' }
    await using opened = await openHost({ url: service.url, budgets: [{ per: 'day', limit: '0.50 USD' }], price })
    let refused = 0
    const calls = Array.from({ length: 200 }, async () => {
      try {
        await opened.one.chat({ ...question, maxTokens: 999 })
        return true
      } catch (error) {
        expect(error).toMatchObject({ kind: 'quota', code: 'budget' })
        if (++refused === 150) release()
        return false
      }
    })
    const finished = await Promise.all(calls)
    expect(finished.filter(Boolean)).toHaveLength(50)
    expect(service.requests).toHaveLength(50)
    expect(await balanceOf(opened.host)).toEqual({ settled: 50n * 9_990_000n, reserved: 0n })
  })
})

describe('A20 200 parallel clients whose calls end in every way', () => {
  test(
    'in one process on SQLite settle to the nano-unit what the vendor told',
    async () => {
      await using place = await onSqlite()
      await using vendor = await startVendor()
      await expectTrueBooks(place, vendor, async crowd => [await runCrowd({ ...crowd, name: 'a', clients: 200 })])
    },
    limitMs
  )

  test('in two processes on SQLite do as well', () => two(onSqlite), limitMs)
  test('in two processes on SQLite of which one is killed do as well', () => two(onSqlite, 'killed'), limitMs)
  onServer('in two processes on PostgreSQL do as well', () => two(onPostgres), limitMs)
  onServer('in two processes on PostgreSQL of which one is killed do as well', () => two(onPostgres, 'killed'), limitMs)
})

async function two(where: () => Promise<Place>, end?: 'killed'): Promise<void> {
  await using place = await where()
  await using vendor = await startVendor()
  const asksOf = (name: string) => [...vendor.asked].flatMap(([key, client]) => (client === name ? key : []))
  const run = async (crowd: CrowdOf): Promise<readonly Outcome[]> => {
    const first = runCrowdApart({ ...crowd, name: 'a', clients: 100 })
    // The first must not find the budgets used up.
    while (asksOf('a').length === 0) await sleep(5)
    const second = runCrowdApart({ ...crowd, name: 'b', clients: 100 })
    if (end === 'killed') {
      while (asksOf('a').length < 100 && asksOf('b').length < 20) await sleep(5)
      first.process.kill('SIGKILL')
      await first.outcome
      const [key = ''] = asksOf('a')
      await place.expire(key.slice(0, key.lastIndexOf('-')))
    }
    const outcomes = await Promise.all([first.outcome, second.outcome])
    return outcomes.filter(outcome => outcome !== undefined)
  }
  await expectTrueBooks(place, vendor, run, end === 'killed')
}

type CrowdOf = Omit<Parameters<typeof runCrowd>[0], 'name' | 'clients'>

async function expectTrueBooks(
  place: Place,
  vendor: Vendor,
  run: (crowd: CrowdOf) => Promise<readonly Outcome[]>,
  isKilled = false
): Promise<void> {
  const { home, url: storageUrl } = place
  const storage = { url: storageUrl }
  await using observer = await openHost({ url: vendor.url, home, storage, budgets })
  const running = run({ url: vendor.url, home, storage, budgets, calls: 3 })
  const overspent = await watch(observer.host, running)
  const outcomes = await running
  expect(overspent).toEqual([])

  const states = await observer.host.ledger.budgets()
  expect(states.filter(({ reservedNanos }) => reservedNanos !== 0n)).toEqual([])
  const records = await recordsOf(observer.host)
  for (const state of states) if (state.per !== 'request') expect(state).toMatchObject({ settledNanos: sumOf(records, state) })
  expectRecords(records, vendor, outcomes, isKilled)
  for (const refusal of outcomes.flatMap(({ refusals }) => refusals)) expectRightly(refusal)
}

/** Looks at the budgets until the work is done. */
async function watch(host: Host, work: Promise<unknown>): Promise<readonly BudgetState[]> {
  const overspent: BudgetState[] = []
  let looks = 0
  for (let done = false; !done; looks++) {
    done = await Promise.race([work.then(() => true), sleep(3, false)])
    const states = await host.ledger.budgets()
    overspent.push(...states.filter(({ settledNanos, reservedNanos, limitNanos }) => settledNanos + reservedNanos > limitNanos))
  }
  expect(looks).toBeGreaterThan(10)
  return overspent
}

function sumOf(records: readonly CallRecord[], { name, scope, currency }: BudgetState): bigint {
  const provider = name === 'of one' ? 'one' : scope === '' ? undefined : scope
  const counted = records.filter(record => provider === undefined || record.provider === provider)
  return counted.reduce((sum, { costNanos, currency: native }) => sum + inCurrency(costNanos ?? 0n, native ?? currency, currency), 0n)
}

function expectRecords(records: readonly CallRecord[], { asked, billed }: Vendor, outcomes: readonly Outcome[], isKilled: boolean): void {
  const byId = new Map(records.map(record => [record.id, record]))
  expect([...asked.keys()].filter(id => !byId.has(id))).toEqual([])
  const finished = records.filter(({ status }) => status === 'finished')
  expect(
    finished.filter(({ id, provider, costNanos, estimated }) => {
      const bill = billed.get(id)
      return bill === undefined || bill.provider !== provider || costNanos !== costOf(provider, bill) || estimated
    })
  ).toEqual([])
  const told = outcomes.reduce((sum, outcome) => sum + outcome.finished, 0)
  const lost = records.filter(({ status }) => status === 'lost')
  if (isKilled) {
    expect(finished.length).toBeGreaterThanOrEqual(told)
    // Each client makes one call at a time.
    expect(lost.length).toBeGreaterThan(0)
    expect(lost.length).toBeLessThanOrEqual(100)
  } else {
    expect(finished).toHaveLength(told)
    expect([...billed.keys()].filter(id => byId.get(id)?.status !== 'finished')).toEqual([])
    expect(lost).toEqual([])
    // A budget is the only reason not to ask at all.
    expect(outcomes.flatMap(({ failures }) => failures['quota'] ?? [])).toEqual([])
  }
  expect(told).toBeGreaterThan(50)

  // What did not finish and cost something was not told by the vendor.
  expect(records.filter(({ status, costNanos, estimated }) => status !== 'finished' && costNanos !== null && !estimated)).toEqual([])
  const cut = records.filter(({ status, firstEventMs }) => status === 'cancelled' && firstEventMs !== null)
  expect(cut.length).toBeGreaterThan(0)
  expect(cut.filter(({ estimated, costNanos }) => !estimated || costNanos === null)).toEqual([])
}

/** A refusal tells the numbers by which it was right. */
function expectRightly(message: string): void {
  const found =
    /may cost up to ([\d.]+) (\w+), and the budget "([^"]+)"(?: of \w+)? of ([\d.]+) (\w+) has no room for it(?:: ([\d.]+) \w+ spent, ([\d.]+) \w+ held)?/.exec(
      message
    )
  const [, cost = '', native = '', name, limit = '', currency = '', settled = '0', reserved = '0'] = found ?? []
  const bound = inCurrency(nanos(cost), native, currency)
  const isRight = name !== undefined && nanos(settled) + nanos(reserved) + bound > nanos(limit)
  expect([isRight, message]).toEqual([true, message])
}

test('what fits is let go, and what does not fit is told what would', async () => {
  await using vendor = await startVendor()
  await using opened = await openHost({ url: vendor.url, budgets: [{ per: 'day', limit: '0.05 USD' }] })
  const { one } = opened
  const ask = (maxTokens: number) => ({ messages: [{ role: 'user' as const, content: 'a well 20 100' }], maxTokens })
  await one.chat(ask(2_000))
  const { hint } = await failureOf(one.chat(ask(20_000)))
  const fitting = Number(/max_tokens (\d+)/.exec(hint ?? '')?.[1])
  expect(await failureOf(one.chat(ask(fitting + 1)))).toMatchObject({ kind: 'quota', code: 'budget', retryAfterMs: 12 * 3_600_000 })
  expect(await one.chat(ask(fitting))).toMatchObject({ content: 'Hello' })
  expect(vendor.asked.size).toBe(2)
})
