import { describe, expect, test } from '@jest/globals'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, sse, type FakeService } from '@resoftai/sdk/testing'
import { Agent, createHost } from 'resoftai'
import { failureOf, question } from '../faults/support.ts'
import { balanceOf, costOf, makeHome, openHost, recordsOf, streamedReply, wholeReply, type Opened, type Setup } from './support.ts'

const used = { input: 20, output: 400 }
const asked = { ...question, maxTokens: 500 }
/** What one of these calls costs: about 0.0032 dollars. */
const cost = costOf('one', used)
const answer = json(wholeReply(used))

interface Dated extends Opened {
  readonly service: FakeService
  /** Sets the clock, in local time with its offset. */
  at(moment: string): void
}

async function openDated(setup: Partial<Setup> & { readonly at?: string }): Promise<Dated> {
  let now = Date.parse(setup.at ?? '2026-11-21T12:00:00Z')
  const service = await fakeService(answer)
  const opened = await openHost({ url: service.url, clock: () => now, ...setup })
  return {
    ...opened,
    service,
    at: moment => (now = Date.parse(moment)),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await service.close()
    }
  }
}

async function spentNow({ host }: Opened): Promise<bigint> {
  return (await balanceOf(host)).settled
}

describe('G14 a day of a budget', () => {
  const budgets = (time_zone: string) => [{ per: 'day', limit: '0.01 USD', time_zone }]

  test('ends at midnight in its time zone, once', async () => {
    await using till = await openDated({ budgets: budgets('Asia/Shanghai'), at: '2026-11-21T23:59:50+08:00' })
    await till.one.chat(asked)
    await till.one.chat(asked)
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ code: 'budget', retryAfterMs: 10_000 })
    till.at('2026-11-22T00:00:00+08:00')
    expect(await spentNow(till)).toBe(0n)
    await till.one.chat(asked)
    expect(await spentNow(till)).toBe(cost)
    // Midnight of UTC, and of anywhere else, is no midnight here.
    till.at('2026-11-22T08:00:01+08:00')
    expect(await spentNow(till)).toBe(cost)
  })

  test('has the whole of a call that began in it', async () => {
    await using till = await openDated({ budgets: budgets('UTC'), at: '2026-11-21T23:59:59Z' })
    const running = till.one.stream(asked)
    await running.next()
    till.at('2026-11-22T00:00:01Z')
    for await (const _ of running);
    expect(await balanceOf(till.host)).toEqual({ settled: 0n, reserved: 0n })
    till.at('2026-11-21T23:59:59Z')
    expect(await balanceOf(till.host)).toEqual({ settled: cost, reserved: 0n })
  })

  test.each([
    [
      'of 23 hours',
      'Europe/Berlin',
      ['2026-03-29T00:30:00+01:00', '2026-03-29T03:30:00+02:00', '2026-03-29T23:59:59+02:00'],
      '2026-03-30T00:00:00+02:00'
    ],
    [
      'of 25 hours',
      'Europe/Berlin',
      ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00', '2026-10-25T23:59:59+01:00'],
      '2026-10-26T00:00:00+01:00'
    ],
    [
      'that begins at one o’clock',
      'Africa/Cairo',
      ['2026-04-24T01:00:00+03:00', '2026-04-24T12:00:00+03:00', '2026-04-24T23:59:59+03:00'],
      '2026-04-25T00:00:00+03:00'
    ]
  ] as const)('%s (%s) has one beginning and one end', async (_what, zone, moments, next) => {
    await using till = await openDated({ budgets: budgets(zone), at: moments[0] })
    await till.one.chat(asked)
    for (const moment of moments) {
      till.at(moment)
      expect(await spentNow(till)).toBe(cost)
    }
    till.at(new Date(Date.parse(next) - 1_000).toISOString())
    expect(await spentNow(till)).toBe(cost)
    till.at(next)
    expect(await spentNow(till)).toBe(0n)
  })
})

describe('G13 a clock', () => {
  const budgets = [{ per: 'day', limit: '0.01 USD', time_zone: 'UTC' }]

  test('that jumps a day and back has forgotten nothing', async () => {
    await using till = await openDated({ budgets })
    await till.one.chat(asked)
    await till.one.chat(asked)
    till.at('2026-11-22T12:00:00Z')
    await till.one.chat(asked)
    expect(await spentNow(till)).toBe(cost)
    till.at('2026-11-21T11:00:00Z')
    expect(await spentNow(till)).toBe(2n * cost)
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ code: 'budget' })
  })

  test('that jumps in the middle of a call ends no call, and holds nothing twice', async () => {
    await using till = await openDated({ budgets })
    const running = till.one.stream(asked)
    await running.next()
    till.at('2026-11-22T12:00:00Z')
    for await (const _ of running);
    till.at('2026-11-21T12:00:00Z')
    expect(await balanceOf(till.host)).toEqual({ settled: cost, reserved: 0n })
    expect(await recordsOf(till.host)).toMatchObject([{ status: 'finished', durationMs: expect.any(Number) }])
    const [{ durationMs } = { durationMs: Infinity }] = await recordsOf(till.host)
    expect(durationMs).toBeLessThan(60_000)
  })
})

describe('a budget that is made when money was spent already', () => {
  const month = { per: 'month', limit: '0.01 USD', time_zone: 'UTC' }

  async function afterTwoCalls(budgets: readonly object[], use: (till: Dated) => Promise<void>, more: Partial<Setup> = {}): Promise<void> {
    await using before = await openDated({ ledger: true, at: '2026-11-02T12:00:00Z' })
    await before.two.chat(asked)
    await before.one.chat(asked)
    before.at('2026-10-31T12:00:00Z')
    await before.one.chat(asked)
    await using till = await openDated({ home: before.home, budgets, ...more })
    await use(till)
  }

  test('counts the month up to now', () =>
    afterTwoCalls([{ ...month, provider: 'one' }], async till => {
      await till.one.chat(asked)
      expect(await spentNow(till)).toBe(2n * cost)
      expect(await failureOf(till.one.chat(asked))).toMatchObject({ code: 'budget' })
    }))

  test('counts only what it is for', () =>
    afterTwoCalls([{ ...month, per: 'total', limit: '1 USD', model: 'one/m1' }], async till => {
      await till.one.chat(asked)
      expect(await spentNow(till)).toBe(3n * cost)
    }))

  test('counts for each what that has spent', () =>
    afterTwoCalls([{ ...month, each: 'provider' }], async till => {
      await till.one.chat(asked)
      expect(await till.host.ledger.budgets()).toMatchObject([{ scope: 'one', settledNanos: 2n * cost }])
    }))

  test('counts it too when the first call was let go without asking', () =>
    afterTwoCalls([{ ...month, provider: 'one', unpriced: 'allow' }], async till => {
      await till.one.chat({ ...asked, model: 'm9' })
      expect(await spentNow(till)).toBe(2n * cost)
    }))

  test('has its new limit when that is changed', async () => {
    await using first = await openDated({ budgets: [month] })
    await first.one.chat(asked)
    await first.one.chat(asked)
    expect(await failureOf(first.one.chat(asked))).toMatchObject({ code: 'budget' })
    await using second = await openDated({ home: first.home, budgets: [{ ...month, limit: '0.02 USD' }] })
    await second.one.chat(asked)
    expect(await spentNow(second)).toBe(3n * cost)
    await using third = await openDated({ home: first.home, budgets: [{ ...month, limit: '0.005 USD' }] })
    expect(await failureOf(third.one.chat(asked))).toMatchObject({ code: 'budget', message: expect.stringContaining('0 USD left') })
  })
})

describe('a budget for each', () => {
  const each = (subject: string) => [{ per: 'day', limit: '0.006 USD', each: subject }]
  const scopes = async ({ host }: Opened) => (await host.ledger.budgets()).map(({ scope, settledNanos }) => [scope, settledNanos])

  test('key has the whole limit for each, and none for calls without one', async () => {
    await using till = await openDated({ budgets: each('key') })
    await till.one.chat(asked, { key: 'alice' })
    await till.one.chat(asked, { key: 'bob' })
    expect(await failureOf(till.one.chat(asked, { key: 'alice' }))).toMatchObject({
      code: 'budget',
      message: expect.stringContaining('"day, each key" of alice')
    })
    await till.one.chat(asked)
    await till.one.chat(asked)
    expect(await scopes(till)).toEqual([
      ['alice', cost],
      ['bob', cost]
    ])
  })

  test('agent is by the role of the agent', async () => {
    await using service = await fakeService(sse(streamedReply(used)))
    await using till = await openDated({ url: service.url, budgets: each('agent') })
    const agent = new Agent({ host: till.host, provider: 'one', role: 'developer', maxTokens: 500 })
    await agent.process('One')
    await expect(agent.process('Two')).rejects.toMatchObject({ message: expect.stringContaining('of developer') })
    await new Agent({ host: till.host, provider: 'one', role: 'tester', system: 'Test.', maxTokens: 500 }).process('One')
    expect(await scopes(till)).toEqual([
      ['developer', cost],
      ['tester', cost]
    ])
    expect((await recordsOf(till.host)).map(({ agent: role, status }) => [role, status])).toEqual([
      ['developer', 'finished'],
      ['developer', 'quota'],
      ['tester', 'finished']
    ])
  })
})

test('each level of a budget is told once, to one of many calls at the same time', async () => {
  const budgets = [{ per: 'day', limit: '0.2 USD', warn_at: [90, 50, 10] }]
  await using till = await openDated({ budgets })
  const warnings: string[] = []
  await Promise.all(
    Array.from({ length: 40 }, async () => {
      for (let call = 0; call < 3; call++) {
        const reply = await till.one.chat(asked).catch(() => undefined)
        warnings.push(...(reply?.warnings ?? []))
      }
    })
  )
  expect(warnings).toHaveLength(3)
  expect(new Set(warnings.map(words => /used (\d+) %/.exec(words)?.[1]))).toEqual(new Set(['10', '50', '90']))
})

test('budgets of the user and of the project both hold', async () => {
  await using service = await fakeService(answer)
  const [home, project] = [makeHome(), makeHome()]
  const vendor = { plugin: 'openai-compatible', api_base: service.url, api_key: 'sk-invented-key', default_model: 'm1' }
  const price = { service: 'one', model: 'm1', currency: 'USD', input: '0', output: '10', source: 'set by hand', date: '2026-01-01' }
  const own = { providers: { one: vendor }, budgets: [{ per: 'day', limit: '0.0065 USD' }] }
  const ofProject = { budgets: [{ name: 'this project', per: 'total', limit: '0.0055 USD', agent: 'tester' }], log: { level: 'silent' } }
  writeFileSync(join(home, 'prices.json'), JSON.stringify({ version: 1, prices: [price] }))
  writeFileSync(join(home, 'config.yaml'), JSON.stringify(own))
  writeFileSync(join(project, 'resoftai.config.json'), JSON.stringify(ofProject))
  try {
    const host = await createHost({ env: {}, home, cwd: project })
    const one = await host.provider('one')
    await one.chat(asked, { agent: 'tester' })
    const [short, long] = [
      { ...question, maxTokens: 200 },
      { ...question, maxTokens: 300 }
    ] as const
    expect(await failureOf(one.chat(short, { agent: 'tester' }))).toMatchObject({ message: expect.stringContaining('"this project"') })
    expect(await failureOf(one.chat(long))).toMatchObject({ message: expect.stringContaining('"day"') })
    const states = await host.ledger.budgets()
    expect(Object.fromEntries(states.map(({ name, settledNanos }) => [name, settledNanos]))).toEqual({
      day: 4_000_000n,
      'this project': 4_000_000n
    })
    await host.close()
    const elsewhere = await createHost({ env: {}, home, cwd: home })
    expect((await elsewhere.ledger.budgets()).map(({ name }) => name)).toEqual(['day'])
    await elsewhere.close()
  } finally {
    for (const folder of [home, project]) rmSync(folder, { recursive: true, force: true })
  }
})
