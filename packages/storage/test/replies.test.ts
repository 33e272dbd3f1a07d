import { createHash, randomUUID } from 'node:crypto'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Database } from '../src/database.ts'
import { openStorage, type KeptReply, type ReplyStore, type Storage } from '../src/index.ts'
import { migrate } from '../src/migrate.ts'
import { createReplyStore } from '../src/replies/index.ts'
import { all, shared, type FreshDatabase } from './databases.ts'
import { failure, openRaw } from './samples.ts'

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')
const newId = () => digestOf(randomUUID())
const [one, other] = [digestOf('one body'), digestOf('another body')]
const leaseMs = 60_000
const keepMs = 3_600_000
const reply: KeptReply = {
  status: 200,
  headers: { 'content-type': 'application/json', 'x-note': 'né "quoted"' },
  body: '{"text":"你好 🙂\\u0000"}'
}

/** Begins, and says whose it is. */
async function take(store: ReplyStore, id: string, fingerprint = one, forMs = leaseMs): Promise<string> {
  const begun = await store.begin(id, fingerprint, forMs)
  if (begun.outcome !== 'begun') throw new Error(`It is ${begun.outcome}.`)
  return begun.holder
}

describe.each(all)('answers in $name', ({ fresh }) => {
  let database: FreshDatabase
  let storage: Storage
  let store: ReplyStore

  beforeEach(async () => {
    database = await fresh()
    storage = await openStorage(database.url)
    store = storage.replies
  })

  afterEach(async () => {
    await storage.close()
    await database.drop()
  })

  test('are given again as they were kept', async () => {
    const id = newId()
    const holder = await take(store, id)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
    expect(await store.keep(id, holder, reply, keepMs)).toBe(true)
    for (let count = 0; count < 2; count++) expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'kept', reply })
  })

  test('that are not there are known to have been given', async () => {
    const id = newId()
    expect(await store.keep(id, await take(store, id), null, keepMs)).toBe(true)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'kept', reply: null })
  })

  test('are not those of another request with the same id, while it runs and later', async () => {
    const id = newId()
    const holder = await take(store, id)
    expect(await store.begin(id, other, leaseMs)).toEqual({ outcome: 'different' })
    await store.keep(id, holder, reply, keepMs)
    expect(await store.begin(id, other, leaseMs)).toEqual({ outcome: 'different' })
    expect(await store.begin(newId(), one, leaseMs)).toMatchObject({ outcome: 'begun' })
  })

  test('that were let go may be asked for anew, by another request too', async () => {
    const id = newId()
    expect(await store.release(id, await take(store, id))).toBe(true)
    const holder = await take(store, id, other)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'different' })
    expect(await store.release(id, holder)).toBe(true)
  })

  test('are begun by exactly one of many at once', async () => {
    const id = newId()
    const begun = await Promise.all(Array.from({ length: 20 }, () => store.begin(id, one, leaseMs)))
    expect(begun.map(({ outcome }) => outcome).toSorted()).toEqual(['begun', ...Array.from({ length: 19 }, () => 'running')])
  })

  test('are for who began them, and for nobody when that is over', async () => {
    const id = newId()
    const holder = await take(store, id)
    for (const stranger of [randomUUID(), '', `${holder} `]) {
      expect(await store.renew(id, stranger, leaseMs)).toBe(false)
      expect(await store.keep(id, stranger, reply, keepMs)).toBe(false)
      expect(await store.release(id, stranger)).toBe(false)
    }
    expect(await store.renew(newId(), holder, leaseMs)).toBe(false)
    expect(await store.keep(id, holder, reply, keepMs)).toBe(true)
    expect(await store.renew(id, holder, 0)).toBe(false)
    expect(await store.keep(id, holder, null, keepMs)).toBe(false)
    expect(await store.release(id, holder)).toBe(false)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'kept', reply })
  })

  test('whose lease is over are begun by another, and no longer by the one before', async () => {
    const id = newId()
    const slow = await take(store, id, one, 0)
    const next = await take(store, id, other)
    expect(await store.renew(id, slow, leaseMs)).toBe(false)
    expect(await store.keep(id, slow, reply, keepMs)).toBe(false)
    expect(await store.release(id, slow)).toBe(false)
    expect(await store.keep(id, next, reply, keepMs)).toBe(true)
  })

  test('whose lease is renewed stay with the one who began them', async () => {
    const id = newId()
    const holder = await take(store, id, one, 0)
    expect(await store.renew(id, holder, leaseMs)).toBe(true)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
  })

  test('are forgotten when their time is over, all of them', async () => {
    const id = newId()
    await store.keep(id, await take(store, id), reply, 0)
    const holder = await take(store, id, other)
    await store.keep(id, holder, null, keepMs)
    // Nothing is left of the answer before.
    expect(await store.begin(id, other, leaseMs)).toEqual({ outcome: 'kept', reply: null })
  })

  test('have digests for names and texts that can be kept', async () => {
    const usage = expect.objectContaining({ kind: 'usage' })
    for (const bad of ['', 'rk-secret', `${one} `, one.toUpperCase(), `' or '1'='1`, 'a\0b']) {
      expect(await failure(store.begin(bad, one, leaseMs))).toEqual(usage)
      expect(await failure(store.begin(one, bad, leaseMs))).toEqual(usage)
    }
    const id = newId()
    const holder = await take(store, id)
    expect(await failure(store.keep(id, holder, { ...reply, body: 'a\0b' }, keepMs))).toEqual(usage)
    expect(await failure(store.keep(id, holder, { ...reply, status: 1.5 }, keepMs))).toEqual(usage)
    expect(await failure(store.keep(id, holder, reply, Number.NaN))).toEqual(usage)
    expect(await failure(store.begin(newId(), one, Number.NaN))).toEqual(usage)
    expect(await store.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
  })

  test('cannot be asked for when the storage is closed', async () => {
    await storage.close()
    expect(await failure(store.begin(newId(), one, leaseMs))).toMatchObject({ kind: 'usage', message: 'The store of answers is closed.' })
  })
})

describe.each(all)('room for answers in $name', ({ fresh }) => {
  const kilobyte = 1_024
  let database: FreshDatabase
  let raw: Database

  beforeEach(async () => {
    database = await fresh()
    raw = await openRaw(database.url)
    await migrate(raw)
  })

  afterEach(async () => {
    await raw.close()
    await database.drop()
  })

  const idsOf = async () => (await raw.kysely.selectFrom('idempotent_replies').select('id').execute()).map(({ id }) => id)

  async function untilGone(...gone: readonly string[]): Promise<void> {
    while ((await idsOf()).some(id => gone.includes(id))) await sleep(5)
  }

  async function answer(store: ReplyStore, bytes: number, forMs = keepMs): Promise<string> {
    const id = newId()
    await store.keep(id, await take(store, id), { ...reply, body: 'x'.repeat(bytes) }, forMs)
    return id
  }

  test('is made by removing what is over, and by nothing else', async () => {
    const { store } = createReplyStore(raw)
    await answer(store, 1)
    const kept = await answer(store, 1)
    const over = await answer(store, 1, 0)
    const dead = newId()
    await take(store, dead, one, 0)
    const running = newId()
    await take(store, running)
    // A new store looks at once, as after a start.
    const { store: next } = createReplyStore(raw)
    const last = await answer(next, 1)
    await untilGone(over, dead)
    expect(await idsOf()).toEqual(expect.arrayContaining([kept, running, last]))
    expect(await idsOf()).toHaveLength(4)
  })

  test('is made by removing the oldest of too many, and never one that is being answered', async () => {
    const { store } = createReplyStore(raw, 64 * kilobyte)
    const running = newId()
    await take(store, running)
    const kept: string[] = []
    for (let count = 0; count < 40; count++) {
      kept.push(await answer(store, 9 * kilobyte))
      // So that each has a time of its own.
      await sleep(2)
    }
    // Each takes ten, and there is room for six; the last ones may not have been looked at yet.
    await untilGone(...kept.slice(0, 33))
    const left = await idsOf()
    expect(left).toContain(running)
    expect(left).toEqual(expect.arrayContaining(kept.slice(-6)))
  })

  test('is taken by a great many small ones too', async () => {
    const { store } = createReplyStore(raw, 16 * kilobyte)
    const kept: string[] = []
    for (let count = 0; count < 40; count++) kept.push(await answer(store, 0, keepMs + count))
    await untilGone(...kept.slice(0, 20))
    expect(await idsOf()).toContain(kept.at(-1))
  })
})

describe.each(shared)('answers of several processes in $name', ({ fresh }) => {
  let database: FreshDatabase

  beforeEach(async () => {
    database = await fresh()
  })

  afterEach(() => database.drop())

  test('are kept over a restart, and read by others', async () => {
    const [first, second] = await Promise.all([openStorage(database.url), openStorage(database.url)])
    const id = newId()
    const holder = await take(first.replies, id)
    expect(await second.replies.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
    await first.replies.keep(id, holder, reply, keepMs)
    expect(await second.replies.begin(id, one, leaseMs)).toEqual({ outcome: 'kept', reply })
    await Promise.all([first.close(), second.close()])
    const again = await openStorage(database.url)
    expect(await again.replies.begin(id, one, leaseMs)).toEqual({ outcome: 'kept', reply })
    await again.close()
  })

  test('are begun by exactly one of several processes', async () => {
    const id = newId()
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStorage(database.url)))
    const begun = await Promise.all(stores.flatMap(({ replies }) => Array.from({ length: 5 }, () => replies.begin(id, one, leaseMs))))
    expect(begun.filter(({ outcome }) => outcome === 'begun')).toHaveLength(1)
    await Promise.all(stores.map(store => store.close()))
  })

  test('of a process that was killed may be begun again when its lease is over', async () => {
    const id = newId()
    const storage = await openStorage(database.url)
    const child = fork(join(import.meta.dirname, 'answerer.ts'), [database.url, id, one, '1000'])
    await once(child, 'message')
    expect(await storage.replies.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    while ((await storage.replies.begin(id, one, leaseMs)).outcome === 'running') await sleep(20)
    await storage.close()
  })

  test('are there after an update of a database that had none', async () => {
    const raw = await openRaw(database.url)
    await migrate(raw, '0003-conversations')
    expect(await failure(sql`select * from idempotent_replies`.execute(raw.kysely))).not.toBe('it did not fail')
    await raw.close()
    const [after, too] = await Promise.all([openStorage(database.url), openStorage(database.url)])
    const id = newId()
    await take(after.replies, id)
    expect(await too.replies.begin(id, one, leaseMs)).toEqual({ outcome: 'running' })
    await Promise.all([after.close(), too.close()])
  })
})
