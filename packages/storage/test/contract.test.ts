import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openLedgerStore, type CallRecord, type LedgerStore } from '../src/index.ts'
import { all, type FreshDatabase } from './databases.ts'
import { account, failure, listRecords, sampleHold, sampleRecord } from './samples.ts'

const other = { ...account, budget: 'person', scope: 'key:ann' }
const largest = 9_000_000_000_000_000_000n

describe.each(all)('the ledger in $name', ({ fresh }) => {
  let database: FreshDatabase
  let store: LedgerStore

  beforeEach(async () => {
    database = await fresh()
    store = await openLedgerStore(database.url)
  })

  afterEach(async () => {
    await store.close()
    await database.drop()
  })

  const balance = async () => (await store.balances(account))[0]
  const openWith = (settledNanos: bigint) => store.open([{ ...account, settledNanos }])

  describe('reserve', () => {
    test('names all accounts that nobody has opened', async () => {
      await openWith(0n)
      const hold = sampleHold(1n, 10n)
      const accounts = [
        ...hold.accounts,
        { ...other, amountNanos: 1n, limitNanos: 10n },
        { ...account, period: 'total', amountNanos: 1n, limitNanos: 10n }
      ]
      expect(await store.reserve({ ...hold, accounts })).toEqual({ outcome: 'missing', accounts: [other, { ...account, period: 'total' }] })
      expect(await balance()).toMatchObject({ reservedNanos: 0n })
    })

    test('holds up to the limit exactly, and says what the full account has', async () => {
      await openWith(4n)
      expect(await store.reserve(sampleHold(6n, 10n))).toEqual({ outcome: 'held' })
      expect(await store.reserve(sampleHold(1n, 10n))).toEqual({
        outcome: 'full',
        account: { ...account, settledNanos: 4n, reservedNanos: 6n }
      })
      expect(await store.reserve(sampleHold(1n, 11n))).toEqual({ outcome: 'held' })
    })

    test('holds on all accounts or on none', async () => {
      await store.open([account, other].map(name => ({ ...name, settledNanos: 0n })))
      const hold = sampleHold(5n, 10n)
      const accounts = [...hold.accounts, { ...other, amountNanos: 5n, limitNanos: 4n }]
      expect(await store.reserve({ ...hold, accounts })).toEqual({
        outcome: 'full',
        account: { ...other, settledNanos: 0n, reservedNanos: 0n }
      })
      expect(await balance()).toMatchObject({ reservedNanos: 0n })
      expect(await listRecords(store)).toEqual([])
      await store.giveUp([hold.id])
      expect(await listRecords(store)).toEqual([])
    })

    test('says missing before it says full', async () => {
      await openWith(10n)
      const hold = sampleHold(5n, 10n)
      const accounts = [...hold.accounts, { ...other, amountNanos: 5n, limitNanos: 4n }]
      expect(await store.reserve({ ...hold, accounts })).toEqual({ outcome: 'missing', accounts: [other] })
    })

    test('lets exactly 50 of 200 in where there is room for 50, all at once', async () => {
      await openWith(0n)
      const outcomes = await Promise.all(Array.from({ length: 200 }, () => store.reserve(sampleHold(3n, 152n))))
      expect(outcomes.filter(({ outcome }) => outcome === 'held')).toHaveLength(50)
      expect(outcomes.filter(({ outcome }) => outcome === 'full')).toHaveLength(150)
      expect(await balance()).toMatchObject({ settledNanos: 0n, reservedNanos: 150n })
    })

    test('takes several accounts at once in any order without a deadlock', async () => {
      await store.open([account, other].map(name => ({ ...name, settledNanos: 0n })))
      const names = [account, other].map(name => ({ ...name, amountNanos: 1n, limitNanos: 60n }))
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          store.reserve({ ...sampleHold(1n, 60n), accounts: index % 2 === 0 ? names : names.toReversed() })
        )
      )
      expect(outcomes.filter(({ outcome }) => outcome === 'held')).toHaveLength(60)
      expect(await store.balances(other)).toEqual([{ ...other, settledNanos: 0n, reservedNanos: 60n }])
    })

    test('refuses a second hold of the same id and keeps the first', async () => {
      await openWith(0n)
      const hold = sampleHold(2n, 10n)
      await store.reserve(hold)
      expect(await failure(store.reserve(hold))).toMatchObject({ kind: 'usage', message: expect.stringContaining('already') })
      expect(await balance()).toMatchObject({ reservedNanos: 2n })
    })

    test('gives up what was not renewed before it says full', async () => {
      await openWith(0n)
      const dead = sampleHold(10n, 10n, { leaseMs: 0 })
      await store.reserve(dead)
      expect(await store.reserve(sampleHold(10n, 10n))).toEqual({ outcome: 'held' })
      expect(await listRecords(store)).toEqual([{ ...dead.record, status: 'lost' }])
      expect(await balance()).toMatchObject({ reservedNanos: 10n })
    })

    test('does not give up what was renewed', async () => {
      await openWith(0n)
      const holds = [sampleHold(5n, 10n, { leaseMs: 0 }), sampleHold(5n, 10n, { leaseMs: 0 })]
      for (const hold of holds) await store.reserve(hold)
      await store.renew(
        holds.map(({ id }) => id),
        60_000
      )
      expect(await store.reserve(sampleHold(1n, 10n))).toMatchObject({ outcome: 'full' })
      await store.giveUp()
      expect(await listRecords(store)).toEqual([])
    })

    test('keeps a hold that needs no account', async () => {
      const hold = { ...sampleHold(0n, 0n), accounts: [] }
      expect(await store.reserve(hold)).toEqual({ outcome: 'held' })
      await store.giveUp([hold.id])
      expect(await listRecords(store)).toMatchObject([{ id: hold.id, status: 'lost' }])
    })
  })

  test('an account that somebody has opened stays as it is', async () => {
    await openWith(5n)
    await store.open([
      { ...account, settledNanos: 100n },
      { ...other, settledNanos: 7n }
    ])
    await store.open([])
    expect(await balance()).toEqual({ ...account, settledNanos: 5n, reservedNanos: 0n })
    expect(await store.balances(other)).toEqual([{ ...other, settledNanos: 7n, reservedNanos: 0n }])
  })

  test('the balances are those of one budget in one period', async () => {
    const scopes = ['', 'key:ann', 'key:bob']
    await store.open(scopes.map(scope => ({ ...account, scope, settledNanos: 1n })))
    await store.open([
      { ...account, period: '2026-10', settledNanos: 1n },
      { ...account, budget: 'x', settledNanos: 1n }
    ])
    expect((await store.balances(account)).map(({ scope }) => scope)).toEqual(scopes)
  })

  describe('settle', () => {
    test('ends the hold, charges what it cost and keeps the record', async () => {
      await openWith(100n)
      const hold = sampleHold(50n, 1_000n)
      await store.reserve(hold)
      await store.reserve(sampleHold(7n, 1_000n))
      const record = sampleRecord({ id: hold.id })
      expect(await store.settle({ record, charges: [{ ...account, amountNanos: 60n }] })).toEqual([
        { ...account, settledNanos: 160n, reservedNanos: 7n }
      ])
      expect(await listRecords(store)).toEqual([record])
    })

    test('changes nothing the second time', async () => {
      const record = sampleRecord()
      const charges = [{ ...account, amountNanos: 60n }]
      const first = await store.settle({ record, charges })
      expect(await store.settle({ record: { ...record, status: 'network', costNanos: 1n }, charges })).toEqual(first)
      expect(await listRecords(store)).toEqual([record])
    })

    test('changes nothing the second time, even when it is told of a lost call twice', async () => {
      const record = sampleRecord({ status: 'lost' })
      const charges = [{ ...account, amountNanos: 60n }]
      await store.settle({ record, charges })
      await store.settle({ record, charges })
      expect(await balance()).toMatchObject({ settledNanos: 60n })
    })

    test('counts once when many settle the same call at once', async () => {
      await openWith(0n)
      const hold = sampleHold(5n, 10n)
      await store.reserve(hold)
      const settlement = { record: sampleRecord({ id: hold.id }), charges: [{ ...account, amountNanos: 4n }] }
      await Promise.all(Array.from({ length: 20 }, () => store.settle(settlement)))
      expect(await balance()).toEqual({ ...account, settledNanos: 4n, reservedNanos: 0n })
    })

    test('tells each of many that come together the account as it is behind it', async () => {
      await openWith(100n)
      const amounts = Array.from({ length: 250 }, (_, index) => BigInt(index + 1))
      const settled = await Promise.all(
        amounts.map(amountNanos => store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos }] }))
      )
      let sum = 100n
      for (const [index, amount] of amounts.entries()) {
        sum += amount
        expect(settled[index]).toEqual([{ ...account, settledNanos: sum, reservedNanos: 0n }])
      }
      expect(await balance()).toMatchObject({ settledNanos: sum })
      expect(await listRecords(store)).toHaveLength(250)
    })

    test('loses none of many because one of them cannot be kept', async () => {
      const wrong = { record: sampleRecord({ inputTokens: Number.NaN }), charges: [] }
      const outcomes = await Promise.allSettled([
        store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos: 1n }] }),
        store.settle(wrong),
        store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos: 2n }] })
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await balance()).toMatchObject({ settledNanos: 3n })
    })

    test('makes an account that nobody has opened', async () => {
      const charges = [
        { ...other, amountNanos: 3n },
        { ...account, amountNanos: 2n }
      ]
      expect(await store.settle({ record: sampleRecord(), charges })).toEqual([
        { ...other, settledNanos: 3n, reservedNanos: 0n },
        { ...account, settledNanos: 2n, reservedNanos: 0n }
      ])
    })

    test('releases accounts that it does not charge', async () => {
      await openWith(0n)
      const hold = sampleHold(5n, 10n)
      await store.reserve(hold)
      expect(await store.settle({ record: sampleRecord({ id: hold.id }), charges: [] })).toEqual([])
      expect(await balance()).toEqual({ ...account, settledNanos: 0n, reservedNanos: 0n })
    })

    test('adds up two charges to the same account', async () => {
      const charge = { ...account, amountNanos: 2n }
      expect(await store.settle({ record: sampleRecord(), charges: [charge, charge] })).toEqual([
        { ...account, settledNanos: 4n, reservedNanos: 0n }
      ])
    })

    test('replaces what was kept of a lost call, charges it, and nothing goes below zero', async () => {
      await openWith(0n)
      const hold = sampleHold(5n, 10n)
      await store.reserve(hold)
      await store.giveUp([hold.id])
      await store.giveUp([hold.id])
      expect(await listRecords(store)).toMatchObject([{ id: hold.id, status: 'lost' }])
      expect(await balance()).toMatchObject({ reservedNanos: 0n })

      const record = sampleRecord({ id: hold.id, at: hold.record.at + 1 })
      const charges = [{ ...account, amountNanos: 4n }]
      expect(await store.settle({ record, charges })).toEqual([{ ...account, settledNanos: 4n, reservedNanos: 0n }])
      await store.settle({ record, charges })
      expect(await listRecords(store)).toEqual([record])
      expect(await balance()).toEqual({ ...account, settledNanos: 4n, reservedNanos: 0n })
    })
  })

  test('what is held and settled by many at once adds up exactly', async () => {
    await store.open([account, other].map(name => ({ ...name, settledNanos: 0n })))
    const costs = Array.from({ length: 100 }, (_, index) => BigInt(index) * 1_000_003n)
    await Promise.all(
      costs.map(async (cost, index) => {
        const hold = sampleHold(cost, largest)
        const names = index % 2 === 0 ? [account, other] : [other]
        await store.reserve({ ...hold, accounts: names.map(name => ({ ...name, amountNanos: cost, limitNanos: largest })) })
        if (index % 5 === 0) await store.giveUp([hold.id])
        await store.settle({
          record: sampleRecord({ id: hold.id, costNanos: cost }),
          charges: names.map(name => ({ ...name, amountNanos: cost }))
        })
      })
    )
    const whole = costs.reduce((sum, cost) => sum + cost)
    expect(await store.balances(other)).toEqual([{ ...other, settledNanos: whole, reservedNanos: 0n }])
    expect(await store.totals({}, [])).toMatchObject([{ calls: 100, costNanos: whole }])
  })

  describe('giving up', () => {
    test('without ids takes only those whose lease is over', async () => {
      await openWith(0n)
      const [over, running] = [sampleHold(1n, 10n, { leaseMs: 0 }), sampleHold(2n, 10n)]
      await store.reserve(over)
      await store.reserve(running)
      await store.giveUp()
      expect(await listRecords(store)).toEqual([{ ...over.record, status: 'lost' }])
      expect(await balance()).toMatchObject({ reservedNanos: 2n })
    })

    test('keeps the cost that was known so far', async () => {
      await openWith(0n)
      const hold = sampleHold(1n, 10n)
      const record = {
        ...hold.record,
        costNanos: largest,
        currency: 'CNY',
        rates: [{ from: 'USD', to: 'CNY', rate: '7.1', date: '2026-11-20' }]
      }
      await store.reserve({ ...hold, record })
      await store.giveUp([hold.id])
      expect(await listRecords(store)).toEqual([{ ...record, status: 'lost' }])
    })

    test('of an id that nobody holds changes nothing', async () => {
      await store.giveUp(['unknown'])
      await store.renew(['unknown'], 1_000)
      await store.renew([], 1_000)
      expect(await listRecords(store)).toEqual([])
    })
  })

  describe('records', () => {
    const keep = async (records: readonly CallRecord[]) => {
      for (const record of records) await store.settle({ record, charges: [] })
    }

    test('come back as they were given', async () => {
      const sparse = sampleRecord({
        answeredModel: null,
        agent: null,
        key: null,
        status: 'stalled',
        inputTokens: null,
        cachedTokens: null,
        outputTokens: null,
        reasoningTokens: null,
        costNanos: null,
        currency: null,
        durationMs: 12,
        firstEventMs: null
      })
      const rich = sampleRecord({
        at: sparse.at + 1,
        agent: "Ann's 助手",
        key: 'ann',
        cacheWriteTokens: Number.MAX_SAFE_INTEGER,
        estimated: true,
        costNanos: largest,
        rates: [{ from: 'CNY', to: 'EUR', rate: '0.1221', date: '2026-11-20' }],
        attempts: 3,
        unreserved: true
      })
      await keep([rich, sparse])
      expect(await listRecords(store)).toEqual([sparse, rich])
    })

    test('may have a NUL in the name that a model gives itself', async () => {
      await keep([sampleRecord({ answeredModel: 'a\0b' })])
      expect(await listRecords(store)).toMatchObject([{ answeredModel: 'a\u{FFFD}b' }])
    })

    test('are read page by page in the order of their time, each once', async () => {
      // Many at the same time, so that pages end in the middle of them.
      const kept = Array.from({ length: 1_203 }, (_, index) => sampleRecord({ at: 1_000 + (index % 3) }))
      await Promise.all(kept.map(record => store.settle({ record, charges: [] })))
      const found = await listRecords(store)
      expect(found.map(({ at }) => at)).toEqual(kept.map(({ at }) => at).toSorted((a, b) => a - b))
      expect(new Set(found.map(({ id }) => id)).size).toBe(kept.length)
    })

    test('are filtered by time and by all that a call has', async () => {
      const wanted = sampleRecord({ at: 1_000, provider: 'p', model: 'm', agent: 'a', key: 'k' })
      const near = [{ at: 999 }, { at: 2_000 }, { provider: 'x' }, { model: 'x' }, { agent: 'x' }, { key: null }]
      await keep([wanted, ...near.map(fields => ({ ...wanted, ...fields, id: sampleRecord().id }))])
      const filter = { since: 1_000, until: 2_000, provider: 'p', model: 'm', agent: 'a', key: 'k' }
      expect(await listRecords(store, filter)).toEqual([wanted])
      expect(await store.totals(filter, [])).toMatchObject([{ calls: 1 }])
      expect(await listRecords(store, {})).toHaveLength(7)
    })

    test('are added up by what is asked for, each currency by itself', async () => {
      const quarter = Date.UTC(2026, 10, 21, 12, 15)
      await keep([
        sampleRecord({ at: quarter, key: 'ann', costNanos: 1n }),
        sampleRecord({ at: quarter + 899_999, key: 'ann', costNanos: largest - 1n, estimated: true }),
        sampleRecord({ at: quarter + 900_000, key: 'ann', costNanos: 5n }),
        sampleRecord({ at: quarter, key: 'ann', costNanos: 7n, currency: 'USD', status: 'truncated' }),
        sampleRecord({ at: quarter, key: 'ann', costNanos: null, inputTokens: null, outputTokens: null, status: 'network' }),
        sampleRecord({ at: quarter, key: 'bob', costNanos: null, currency: null })
      ])
      const nothing = { provider: null, model: null, agent: null }
      const found = await store.totals({}, ['time', 'key'])
      expect(found.toSorted((a, b) => String([a.time, a.key, a.currency]).localeCompare(String([b.time, b.key, b.currency])))).toEqual([
        {
          ...nothing,
          time: quarter,
          key: 'ann',
          currency: null,
          calls: 1,
          failed: 1,
          estimated: 0,
          unpriced: 0,
          inputTokens: 0,
          outputTokens: 0,
          costNanos: 0n
        },
        {
          ...nothing,
          time: quarter,
          key: 'ann',
          currency: 'CNY',
          calls: 2,
          failed: 0,
          estimated: 1,
          unpriced: 0,
          inputTokens: 2_000,
          outputTokens: 600,
          costNanos: largest
        },
        {
          ...nothing,
          time: quarter,
          key: 'ann',
          currency: 'USD',
          calls: 1,
          failed: 1,
          estimated: 0,
          unpriced: 0,
          inputTokens: 1_000,
          outputTokens: 300,
          costNanos: 7n
        },
        {
          ...nothing,
          time: quarter,
          key: 'bob',
          currency: null,
          calls: 1,
          failed: 0,
          estimated: 0,
          unpriced: 1,
          inputTokens: 1_000,
          outputTokens: 300,
          costNanos: 0n
        },
        {
          ...nothing,
          time: quarter + 900_000,
          key: 'ann',
          currency: 'CNY',
          calls: 1,
          failed: 0,
          estimated: 0,
          unpriced: 0,
          inputTokens: 1_000,
          outputTokens: 300,
          costNanos: 5n
        }
      ])
      expect(await store.totals({ key: 'bob' }, ['provider', 'model', 'agent'])).toMatchObject([
        { time: null, provider: 'zhipu', model: 'glm-4.6', agent: null, key: null, calls: 1 }
      ])
      expect(await store.totals({ key: 'nobody' }, ['key'])).toEqual([])
    })
  })

  describe('prune', () => {
    test('removes older records and closed periods, and says how many records', async () => {
      const before = Date.UTC(2026, 10, 21)
      const periods = ['2026-11-18', '2026-11-20', '2026-11-21', '2026-W46', '2026-W47', '2026-10', '2026-11', '2025-12', 'total']
      await store.open(periods.map(period => ({ budget: 'b', period, scope: '', settledNanos: 1n })))
      const records = [before - 1, before, before + 1].map(at => sampleRecord({ at }))
      for (const record of records) await store.settle({ record, charges: [] })
      expect(await store.prune(before)).toBe(1)
      expect((await listRecords(store)).map(({ at }) => at)).toEqual([before, before + 1])
      const left = await Promise.all(periods.map(period => store.balances({ budget: 'b', period })))
      expect(left.flat().map(({ period }) => period)).toEqual(['2026-11-20', '2026-11-21', '2026-W47', '2026-11', 'total'])
    })

    test('keeps an account on which a call still holds money', async () => {
      const old = { ...account, period: '2020-01' }
      await store.open([{ ...old, settledNanos: 1n }])
      const hold = sampleHold(1n, 10n)
      await store.reserve({ ...hold, accounts: [{ ...old, amountNanos: 5n, limitNanos: 10n }] })
      await store.prune(Date.UTC(2026, 10, 21))
      expect(await store.balances(old)).toMatchObject([{ reservedNanos: 5n }])
    })

    test('forgets no period that is still open, whatever time it is given', async () => {
      const thisMonth = new Date().toISOString().slice(0, 7)
      await store.open([{ ...account, period: thisMonth, settledNanos: 1n }])
      await store.settle({ record: sampleRecord({ at: Date.now() }), charges: [] })
      expect(await store.prune(Date.now() + 1e12)).toBe(1)
      expect(await store.balances({ ...account, period: thisMonth })).toHaveLength(1)
    })

    test('removes more than it takes at a time', async () => {
      await Promise.all(Array.from({ length: 1_201 }, (_, at) => store.settle({ record: sampleRecord({ at }), charges: [] })))
      expect(await store.prune(1_200)).toBe(1_200)
      expect(await listRecords(store)).toHaveLength(1)
    })
  })

  describe('numbers that no column can hold', () => {
    test.each([largest + 1n, 2n ** 63n, -1n])('%s is refused and changes nothing', async amountNanos => {
      await openWith(0n)
      const usage = { kind: 'usage', hint: expect.stringContaining('9000000000000000000') }
      expect(await failure(store.reserve(sampleHold(amountNanos, largest)))).toMatchObject(usage)
      expect(await failure(store.reserve(sampleHold(0n, amountNanos)))).toMatchObject(usage)
      expect(await failure(store.open([{ ...other, settledNanos: amountNanos }]))).toMatchObject(usage)
      expect(await failure(store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos }] }))).toMatchObject(usage)
      expect(await failure(store.settle({ record: sampleRecord({ costNanos: amountNanos }), charges: [] }))).toMatchObject(usage)
      expect(await balance()).toEqual({ ...account, settledNanos: 0n, reservedNanos: 0n })
      expect(await listRecords(store)).toEqual([])
    })

    test('a sum that is too large is refused and changes nothing', async () => {
      await openWith(largest - 1n)
      const settlement = { record: sampleRecord(), charges: [{ ...account, amountNanos: largest }] }
      expect(await failure(store.settle(settlement))).toMatchObject({ kind: 'usage', message: expect.stringContaining('large') })
      expect(await balance()).toEqual({ ...account, settledNanos: largest - 1n, reservedNanos: 0n })
      expect(await listRecords(store)).toEqual([])

      expect(await store.reserve(sampleHold(2n, largest))).toMatchObject({ outcome: 'full' })
      expect(await store.reserve(sampleHold(largest, largest))).toMatchObject({ outcome: 'full' })
      expect(await store.reserve(sampleHold(1n, largest))).toEqual({ outcome: 'held' })
    })

    test('a total that is too large says so', async () => {
      for (let index = 0; index < 2; index++) await store.settle({ record: sampleRecord({ costNanos: largest }), charges: [] })
      expect(await failure(store.totals({}, []))).toMatchObject({ kind: 'usage', message: expect.stringContaining('large') })
    })

    test.each([Number.NaN, Infinity, 2 ** 53, 1.5])('%s is no number of tokens, nor what a lost call is kept with', async inputTokens => {
      await openWith(0n)
      const record = sampleRecord({ inputTokens })
      expect(await failure(store.settle({ record, charges: [] }))).toMatchObject({ kind: 'usage' })
      expect(await failure(store.reserve({ ...sampleHold(1n, 10n), record }))).toMatchObject({ kind: 'usage' })
      expect(await failure(store.reserve({ ...sampleHold(1n, 10n), record: sampleRecord({ durationMs: NaN }) }))).toMatchObject({
        kind: 'usage'
      })
      expect(await balance()).toMatchObject({ reservedNanos: 0n })
    })
  })

  test('goes on after a failure', async () => {
    await openWith(0n)
    await failure(store.settle({ record: sampleRecord({ provider: null as never }), charges: [] }))
    const missing = { ...sampleRecord(), currency: undefined as never, status: null as never }
    expect(await failure(store.settle({ record: missing, charges: [] }))).toMatchObject({ kind: 'usage' })
    expect(await store.reserve(sampleHold(1n, 10n))).toEqual({ outcome: 'held' })
  })

  test('can be closed twice, and says that it is closed', async () => {
    await store.close()
    await store.close()
    expect(await failure(store.reserve(sampleHold(1n, 10n)))).toMatchObject({ kind: 'usage', message: 'The ledger is closed.' })
    expect(await failure(listRecords(store))).toMatchObject({ kind: 'usage' })
  })
})
