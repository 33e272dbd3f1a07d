import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openLedgerStore, type LedgerStore } from '../src/index.ts'
import { shared, type FreshDatabase } from './databases.ts'
import { account, listRecords, sampleHold } from './samples.ts'

const person = { ...account, budget: 'person' }

describe.each(shared)('several processes on $name', ({ fresh }) => {
  let database: FreshDatabase
  let children: ChildProcess[] = []

  const start = (task: string, ...rest: readonly string[]) => {
    const child = fork(join(import.meta.dirname, 'worker.ts'), [task, database.url, ...rest], { execArgv: [] })
    children.push(child)
    return child
  }
  const message = async (child: ChildProcess) => (await once(child, 'message'))[0] as unknown
  const kill = async (child: ChildProcess) => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  beforeEach(async () => {
    database = await fresh()
  })

  afterEach(async () => {
    await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(kill))
    children = []
    await database.drop()
  })

  async function withStore(work: (store: LedgerStore) => Promise<void>): Promise<void> {
    const store = await openLedgerStore(database.url)
    try {
      await work(store)
    } finally {
      await store.close()
    }
  }

  test('open a new database at once, and each of them can', async () => {
    const exits = await Promise.all(Array.from({ length: 4 }, async () => once(start('open'), 'exit')))
    expect(exits).toEqual(exits.map(() => [0, null]))
    await withStore(async store => {
      await store.open([{ ...account, settledNanos: 0n }])
      expect(await store.reserve(sampleHold(1n, 1n))).toEqual({ outcome: 'held' })
    })
  })

  test('never hold more than there is, and as much as there is', async () => {
    await withStore(async store => {
      await store.open([account, person].map(name => ({ ...name, settledNanos: 0n })))
      const workers = ['forward', 'reversed'].map(order => start('reserve', '100', '50', order))
      expect(await Promise.all(workers.map(message))).toEqual(['ready', 'ready'])
      const held = workers.map(message)
      for (const worker of workers) worker.send('go')
      const [first, second] = (await Promise.all(held)) as number[]
      expect((first ?? 0) + (second ?? 0)).toBe(50)
      for (const name of [account, person]) expect(await store.balances(name)).toMatchObject([{ reservedNanos: 50n }])
    })
  })

  test('what a killed process held is free when its lease is over, and its call is kept as lost', async () => {
    await withStore(async store => {
      await store.open([{ ...account, settledNanos: 0n }])
      const child = start('hold', '300')
      const id = await message(child)
      await kill(child)
      while ((await store.reserve(sampleHold(10n, 10n))).outcome !== 'held') await sleep(100)
      expect(await store.balances(account)).toMatchObject([{ settledNanos: 0n, reservedNanos: 10n }])
      expect(await listRecords(store)).toMatchObject([{ id, status: 'lost' }])
    })
  })

  test('what a killed process held is not free before', async () => {
    await withStore(async store => {
      await store.open([{ ...account, settledNanos: 0n }])
      const child = start('hold', '60000')
      await message(child)
      await kill(child)
      expect(await store.reserve(sampleHold(10n, 10n))).toMatchObject({ outcome: 'full', account: { reservedNanos: 10n } })
      expect(await listRecords(store)).toEqual([])
    })
  })

  test('a process that is killed while it writes leaves sums that are right', async () => {
    await withStore(async store => {
      await store.open([{ ...account, settledNanos: 0n }])
      for (let round = 0; round < 3; round++) {
        const workers = [start('call'), start('call')]
        await Promise.all(workers.map(async worker => once(worker, 'message')))
        await sleep(Math.random() * 200)
        await Promise.all(workers.map(kill))
      }
      // PostgreSQL still does what a dead process had sent it.
      for (let tries = 0; tries < 100; tries++) {
        await store.giveUp()
        const [balance] = await store.balances(account)
        if (tries > 5 && balance?.reservedNanos === 0n) break
        await sleep(20)
      }
      const finished = (await listRecords(store)).filter(({ status }) => status === 'finished')
      expect(finished.length).toBeGreaterThan(5)
      expect(await store.balances(account)).toEqual([{ ...account, settledNanos: BigInt(finished.length) * 7n, reservedNanos: 0n }])
    })
  })
})
