import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { createKeyStore } from '../src/keys/index.ts'
import { createLedgerStore } from '../src/ledger/index.ts'
import { openLedgerStore, openStorage } from '../src/index.ts'
import { migrate } from '../src/migrate.ts'
import { shared, type FreshDatabase } from './databases.ts'
import { account, failure, listRecords, openRaw, sampleHold, sampleRecord } from './samples.ts'

describe.each(shared)('the tables in $name', ({ fresh }) => {
  let database: FreshDatabase

  beforeEach(async () => {
    database = await fresh()
  })

  afterEach(() => database.drop())

  test('are made once, and what is in them stays', async () => {
    const first = await openLedgerStore(database.url)
    const record = sampleRecord()
    await first.settle({ record, charges: [] })
    await first.close()
    const second = await openLedgerStore(database.url)
    expect(await listRecords(second)).toEqual([record])
    await second.close()
  })

  test('are made once by many who open at once', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => openLedgerStore(database.url)))
    await stores[0]?.settle({ record: sampleRecord(), charges: [] })
    expect(await listRecords(stores[4] as never)).toHaveLength(1)
    await Promise.all(stores.map(store => store.close()))
  })

  test('of a database that has the ledger only get those of keys, and nothing of the ledger is lost', async () => {
    const raw = await openRaw(database.url)
    await migrate(raw, '0001-ledger')
    const before = createLedgerStore(raw)
    const records = Array.from({ length: 700 }, (_, index) => sampleRecord({ at: index, key: index % 2 === 0 ? 'ci' : null }))
    for (const record of records) await before.settle({ record, charges: [{ ...account, amountNanos: 7n }] })
    const hold = sampleHold(5n, 10_000n)
    await before.reserve(hold)
    expect(await failure(sql`select * from client_keys`.execute(raw.kysely))).not.toBe('it did not fail')
    await before.close()

    // Two at once, as replicas of a new version start.
    const [after, other] = await Promise.all([openStorage(database.url), openStorage(database.url)])
    expect(await listRecords(after.ledger)).toEqual(records)
    expect(await after.ledger.balances(account)).toEqual([{ ...account, settledNanos: 4_900n, reservedNanos: 5n }])
    await after.ledger.settle({ record: hold.record, charges: [{ ...account, amountNanos: 3n }] })
    expect(await other.ledger.balances(account)).toEqual([{ ...account, settledNanos: 4_903n, reservedNanos: 0n }])
    await after.keys.create({ name: 'ci', role: 'client', shown: 'rk-a1b2…', digest: 'd' })
    expect(await other.keys.find('d')).toMatchObject({ key: { name: 'ci' } })
    await Promise.all([after.close(), other.close()])
  })

  test('of a database that has no conversations get those, and no key or record is lost', async () => {
    const raw = await openRaw(database.url)
    await migrate(raw, '0002-client-keys')
    const ledger = createLedgerStore(raw)
    const { store: keys } = createKeyStore(raw)
    const record = sampleRecord()
    await ledger.settle({ record, charges: [] })
    const key = await keys.create({ name: 'ci', role: 'client', shown: 'rk-a1b2…', digest: 'd' })
    expect(await failure(sql`select * from conversations`.execute(raw.kysely))).not.toBe('it did not fail')
    await ledger.close()

    const [after, other] = await Promise.all([openStorage(database.url), openStorage(database.url)])
    expect(await listRecords(after.ledger)).toEqual([record])
    expect(await after.keys.list()).toEqual([key])
    const made = await after.conversations.create({ id: randomUUID(), owner: key.id, title: 'Plans' })
    expect(await other.conversations.find(made.id, key.id)).toEqual(made)
    await Promise.all([after.close(), other.close()])
  })

  test('of the ledger stay as they are when those of keys cannot be made', async () => {
    const raw = await openRaw(database.url)
    await migrate(raw, '0001-ledger')
    const record = sampleRecord()
    const before = createLedgerStore(raw)
    await before.settle({ record, charges: [] })
    await sql`create table client_key_secrets (id int)`.execute(raw.kysely)
    expect(await failure(openStorage(database.url))).toMatchObject({ kind: 'usage', message: expect.stringContaining('already') })
    expect(await listRecords(before)).toEqual([record])
    await sql`drop table client_key_secrets`.execute(raw.kysely)
    await before.close()
    const after = await openStorage(database.url)
    expect(await listRecords(after.ledger)).toEqual([record])
    expect(await after.keys.list()).toEqual([])
    await after.close()
  })

  test('of a newer version are left alone', async () => {
    await (await openLedgerStore(database.url)).close()
    const raw = await openRaw(database.url)
    await sql`insert into resoftai_migrations (name, timestamp) values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(raw.kysely)
    await raw.close()
    expect(await failure(openLedgerStore(database.url))).toMatchObject({ kind: 'usage', message: expect.stringContaining('newer') })
  })

  test('are not mixed with those of somebody else', async () => {
    const raw = await openRaw(database.url)
    await sql`create table accounts (id int)`.execute(raw.kysely)
    await raw.close()
    expect(await failure(openLedgerStore(database.url))).toMatchObject({ kind: 'usage', message: expect.stringContaining('already') })
  })
})
