import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { openLedgerStore } from '../src/index.ts'
import { hasPostgres, postgres, type FreshDatabase } from './databases.ts'
import { startProxy } from './proxy.ts'
import { account, failure, listRecords, sampleHold, sampleRecord } from './samples.ts'

const whereThereIsOne = hasPostgres ? describe : describe.skip

whereThereIsOne('PostgreSQL', () => {
  let database: FreshDatabase

  beforeEach(async () => {
    database = await postgres.fresh()
  })

  afterEach(() => database.drop())

  const charge = { ...account, amountNanos: 1n }

  function changed(change: (url: URL) => void): string {
    const url = new URL(database.url)
    change(url)
    return url.href
  }

  async function asAnother(work: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ connectionString: database.url })
    await client.connect()
    try {
      await work(client)
    } finally {
      await client.end()
    }
  }

  async function behindProxy() {
    const { hostname, port } = new URL(database.url)
    const proxy = await startProxy(hostname, Number(port || 5432))
    return { proxy, url: changed(url => (url.host = `127.0.0.1:${proxy.port}`)) }
  }

  test('that is not there is named, without the password', async () => {
    const { proxy, url } = await behindProxy()
    await proxy.close()
    const withPassword = Object.assign(new URL(url), { password: 'secret' }).href
    const error = await failure(openLedgerStore(withPassword))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining(`127.0.0.1:${proxy.port}`) })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  test('is used again when it comes back', async () => {
    const { proxy, url } = await behindProxy()
    const store = await openLedgerStore(url)
    await store.open([{ ...account, settledNanos: 0n }])
    proxy.cut()
    expect(await failure(store.reserve(sampleHold(1n, 10n)))).toMatchObject({ kind: 'unreachable' })
    expect(await failure(store.balances(account))).toMatchObject({ kind: 'unreachable' })
    expect(await failure(listRecords(store))).toMatchObject({ kind: 'unreachable' })
    proxy.mend()
    expect(await store.reserve(sampleHold(1n, 10n))).toEqual({ outcome: 'held' })
    await store.close()
    await proxy.close()
  })

  test('that says nothing any more is given up', async () => {
    const { proxy, url } = await behindProxy()
    const store = await openLedgerStore(url)
    proxy.hold()
    expect(await failure(store.settle({ record: sampleRecord(), charges: [charge] }))).toMatchObject({ kind: 'unreachable' })
    proxy.drop()
    proxy.mend()
    await store.settle({ record: sampleRecord(), charges: [charge] })
    await store.close()
    await proxy.close()
  })

  test('counts each call once, however often the line is cut while it is told again and again', async () => {
    const { proxy, url } = await behindProxy()
    const store = await openLedgerStore(url)
    const records = Array.from({ length: 100 }, () => sampleRecord())
    let failures = 0
    for (const [index, record] of records.entries()) {
      const cutting = setTimeout(() => proxy.drop(), index % 12)
      while ((await failure(store.settle({ record, charges: [charge] }))) !== 'it did not fail') failures++
      clearTimeout(cutting)
    }
    expect(failures).toBeGreaterThan(0)
    await store.close()
    await proxy.close()

    const direct = await openLedgerStore(database.url)
    expect(await direct.balances(account)).toMatchObject([{ settledNanos: 100n }])
    expect(await listRecords(direct)).toHaveLength(100)
    await direct.close()
  })

  test('may end idle connections', async () => {
    const store = await openLedgerStore(database.url)
    await asAnother(async client => {
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
      )
    })
    for (;;) if ((await failure(store.settle({ record: sampleRecord(), charges: [charge] }))) === 'it did not fail') break
    await store.close()
  })

  test('is busy when somebody else keeps an account locked', async () => {
    const store = await openLedgerStore(database.url)
    await store.open([{ ...account, settledNanos: 0n }])
    await asAnother(async client => {
      await client.query('begin')
      await client.query('select * from accounts for update')
      expect(await failure(store.reserve(sampleHold(1n, 10n)))).toMatchObject({ kind: 'busy' })
    })
    expect(await store.reserve(sampleHold(1n, 10n))).toEqual({ outcome: 'held' })
    expect(await store.balances(account)).toMatchObject([{ reservedNanos: 1n }])
    await store.close()
  })

  const wrongUrls: readonly (readonly [name: string, change: (url: URL) => void, kind: string])[] = [
    ['a database that is not there', url => void (url.pathname = '/resoftai_nowhere'), 'usage'],
    ['a user that is not there', url => void (url.username = 'resoftai_nobody'), 'usage'],
    ['a schema that is not there', url => url.searchParams.set('options', '-c search_path=nowhere'), 'usage'],
    ['a database that is read only', url => url.searchParams.set('options', '-c default_transaction_read_only=on'), 'read_only']
  ]
  test.each(wrongUrls)('%s is told apart', async (_, change, kind) => {
    const url = changed(parts => {
      change(parts)
      parts.password = 'secret'
    })
    const error = await failure(openLedgerStore(url))
    expect(error).toMatchObject({ kind })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  test('keeps two ledgers in two schemas', async () => {
    await asAnother(client => client.query('create schema first; create schema second'))
    const openIn = (schema: string) => openLedgerStore(changed(url => url.searchParams.set('options', `-c search_path=${schema}`)))
    const first = await openIn('first')
    const second = await openIn('second')
    await first.settle({ record: sampleRecord(), charges: [charge] })
    expect(await listRecords(first)).toHaveLength(1)
    expect(await listRecords(second)).toEqual([])
    await first.close()
    await second.close()
  })
})
