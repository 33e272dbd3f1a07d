import { createHash, randomBytes } from 'node:crypto'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openStorage, type ClientKey, type KeyStore, type NewClientKey, type Storage } from '../src/index.ts'
import { all, shared, type FreshDatabase } from './databases.ts'
import { account, failure, listRecords, openRaw, sampleRecord } from './samples.ts'

const hourMs = 3_600_000
const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex')
const newDigest = () => digestOf(randomBytes(32).toString('hex'))

function sampleKey(fields: Partial<NewClientKey & { readonly digest: string }> = {}): Parameters<KeyStore['create']>[0] {
  return { name: 'ci', role: 'client', shown: 'rk-a1b2…', digest: newDigest(), ...fields }
}

const limits = {
  models: ['groq/*', 'zhipu/glm-4.6'],
  budgets: [
    { per: 'day', limit: '20 CNY' },
    { per: 'request', limit: '0.5 USD' }
  ],
  requestsPerMinute: 60,
  tokensPerMinute: 100_000,
  parallel: 5,
  expiresAt: Date.UTC(2027, 0, 1)
} as const

const injections = [
  `' or '1'='1`,
  `"; drop table client_keys; --`,
  `x' union select * from client_keys --`,
  '%',
  '_',
  '{"$gt":""}',
  '$1',
  '?',
  '\\',
  '密钥'
]

describe.each(all)('client keys in $name', ({ fresh }) => {
  let database: FreshDatabase
  let storage: Storage
  let keys: KeyStore

  beforeEach(async () => {
    database = await fresh()
    storage = await openStorage(database.url)
    keys = storage.keys
  })

  afterEach(async () => {
    await storage.close()
    await database.drop()
  })

  describe('a new key', () => {
    test('has no limit but those that it names', async () => {
      const before = Date.now() - hourMs
      const plain = await keys.create(sampleKey())
      expect(plain).toEqual({
        id: expect.any(String),
        name: 'ci',
        role: 'client',
        shown: 'rk-a1b2…',
        createdAt: expect.any(Number),
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
        models: null,
        budgets: [],
        requestsPerMinute: null,
        tokensPerMinute: null,
        parallel: null
      })
      expect(plain.createdAt).toBeGreaterThan(before)
      const limited = await keys.create(sampleKey({ name: 'zoe', role: 'admin', ...limits }))
      expect(limited).toMatchObject({ name: 'zoe', role: 'admin', ...limits })
      expect(limited.id).not.toBe(plain.id)
      expect(await keys.list()).toEqual([plain, limited])
    })

    test('is found by its digest, and by nothing else', async () => {
      const { digest, ...fields } = sampleKey(limits)
      const key = await keys.create({ ...fields, digest })
      expect(await keys.find(digest)).toEqual({ key, digest })
      for (const other of [newDigest(), digest.toUpperCase(), digest.slice(1), `${digest} `, '', key.id, key.name]) {
        expect(await keys.find(other)).toBeUndefined()
      }
    })

    test('cannot have a name that is taken, and the one that has it stays as it was', async () => {
      const first = await keys.create(sampleKey())
      const second = sampleKey({ role: 'admin' })
      expect(await failure(keys.create(second))).toMatchObject({ kind: 'usage', message: 'There is a key "ci" already.' })
      expect(await keys.list()).toEqual([first])
      expect(await keys.find(second.digest)).toBeUndefined()
    })

    test('of one name is made by exactly one of many at once', async () => {
      const wanted = Array.from({ length: 20 }, () => sampleKey())
      const outcomes = await Promise.allSettled(wanted.map(key => keys.create(key)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
      expect(refused).toEqual(refused.map(() => expect.objectContaining({ kind: 'usage' })))
      expect(await keys.list()).toHaveLength(1)
      const found = await Promise.all(wanted.map(({ digest }) => keys.find(digest)))
      expect(found.filter(one => one !== undefined)).toHaveLength(1)
    })

    test('cannot have the secret of another', async () => {
      const first = sampleKey()
      await keys.create(first)
      expect(await failure(keys.create(sampleKey({ name: 'other', digest: first.digest })))).toMatchObject({
        kind: 'usage',
        message: 'A key has this secret already.'
      })
      expect(await keys.list()).toHaveLength(1)
    })

    test.each([[''], ['a\0b'], ['x'.repeat(201)]])('cannot be called %j', async name => {
      const error = expect.objectContaining({ kind: 'usage', message: 'A key cannot have this name.' })
      expect(await failure(keys.create(sampleKey({ name })))).toEqual(error)
      expect(await failure(keys.revoke(name, Date.now()))).toEqual(error)
    })

    test('has numbers that can be kept', async () => {
      expect(await failure(keys.create(sampleKey({ parallel: 1.5 })))).toMatchObject({ kind: 'usage' })
      expect(await failure(keys.create(sampleKey({ expiresAt: Number.NaN })))).toMatchObject({ kind: 'usage' })
      expect(await keys.list()).toEqual([])
    })
  })

  describe('a new secret', () => {
    const rotate = (name: string, graceUntil: number) => {
      const secret = { digest: newDigest(), shown: 'rk-c3d4…', graceUntil }
      return { digest: secret.digest, done: keys.rotate(name, secret) }
    }

    test('counts at once, and the old one until its grace period is over', async () => {
      const old = sampleKey(limits)
      const key = await keys.create(old)
      const second = rotate('ci', Date.now() + hourMs)
      const rotated = { ...key, shown: 'rk-c3d4…' }
      expect(await second.done).toEqual(rotated)
      expect(await keys.find(second.digest)).toEqual({ key: rotated, digest: second.digest })
      expect(await keys.find(old.digest)).toEqual({ key: rotated, digest: old.digest })
      // A second rotation without grace ends both.
      const last = rotate('ci', Date.now() - hourMs)
      await last.done
      expect(await Promise.all([old.digest, second.digest].map(digest => keys.find(digest)))).toEqual([undefined, undefined])
      expect(await keys.find(last.digest)).toMatchObject({ key: { id: key.id } })
    })

    test('never makes an older one valid for longer', async () => {
      const old = sampleKey()
      await keys.create(old)
      const second = rotate('ci', Date.now() - hourMs)
      await second.done
      await rotate('ci', Date.now() + hourMs).done
      expect(await keys.find(old.digest)).toBeUndefined()
      expect(await keys.find(second.digest)).toBeDefined()
    })

    test('of many that are made at once leaves one that is valid for good', async () => {
      const old = sampleKey()
      await keys.create(old)
      const news = Array.from({ length: 8 }, () => rotate('ci', Date.now() - hourMs))
      await Promise.all(news.map(({ done }) => done))
      const found = await Promise.all([old, ...news].map(({ digest }) => keys.find(digest)))
      expect(found.filter(one => one !== undefined)).toHaveLength(1)
    })

    test('that is known already changes nothing', async () => {
      const [one, other] = [sampleKey(), sampleKey({ name: 'other' })]
      const key = await keys.create(one)
      await keys.create(other)
      const secret = { digest: other.digest, shown: 'rk-c3d4…', graceUntil: Date.now() - hourMs }
      expect(await failure(keys.rotate('ci', secret))).toMatchObject({ kind: 'usage' })
      expect(await keys.find(one.digest)).toEqual({ key, digest: one.digest })
      expect(await keys.find(other.digest)).toMatchObject({ key: { name: 'other' } })
    })

    test('is for a key that is there', async () => {
      const { digest, done } = rotate('ci', Date.now())
      expect(await done).toBeUndefined()
      expect(await keys.find(digest)).toBeUndefined()
    })
  })

  test('a key that is revoked says so, with every secret; its name is free for another', async () => {
    const first = sampleKey()
    const key = await keys.create(first)
    const revoked = { ...key, revokedAt: 1_795_000_000_000 }
    expect(await keys.revoke('ci', 1_795_000_000_000)).toEqual(revoked)
    expect(await keys.find(first.digest)).toEqual({ key: revoked, digest: first.digest })
    expect(await keys.revoke('ci', 1_796_000_000_000)).toBeUndefined()
    expect(await keys.update('ci', { parallel: 1 })).toBeUndefined()
    expect(await keys.rotate('ci', { digest: newDigest(), shown: 'x', graceUntil: 0 })).toBeUndefined()

    const second = sampleKey()
    const successor = await keys.create(second)
    expect(await keys.revoke('ci', 1_797_000_000_000)).toMatchObject({ id: successor.id })
    expect(await keys.list()).toHaveLength(2)
    expect((await keys.find(first.digest))?.key).toEqual(revoked)
  })

  test('a change is of what it names only', async () => {
    const key = await keys.create(sampleKey(limits))
    const other = await keys.create(sampleKey({ name: 'other', ...limits }))
    expect(await keys.update('ci', { expiresAt: null, models: null, parallel: null })).toEqual({
      ...key,
      expiresAt: null,
      models: null,
      parallel: null
    })
    const changes = { budgets: [], requestsPerMinute: null, tokensPerMinute: 7, models: ['*'], expiresAt: 1 }
    expect(await keys.update('ci', changes)).toEqual({ ...key, ...changes, parallel: null })
    expect(await keys.update('ci', {})).toEqual({ ...key, ...changes, parallel: null })
    expect(await keys.update('nobody', changes)).toBeUndefined()
    expect(await keys.list()).toEqual([{ ...key, ...changes, parallel: null }, other])
  })

  test('the last use is kept to the minute, and never goes back', async () => {
    const key = await keys.create(sampleKey())
    const lastUse = async () => (await keys.list())[0]?.lastUsedAt
    const at = 1_795_000_000_000
    await keys.touch(key.id, at)
    expect(await lastUse()).toBe(at)
    await keys.touch(key.id, at + 59_999)
    expect(await lastUse()).toBe(at)
    await keys.touch(key.id, at + 60_000)
    expect(await lastUse()).toBe(at + 60_000)
    await keys.touch(key.id, at - hourMs)
    expect(await lastUse()).toBe(at + 60_000)
    await keys.touch('nobody', at)
  })

  test.each(injections)('%j is a text like any other wherever a text can be', async text => {
    const key = await keys.create(sampleKey({ models: [text], shown: text }))
    expect(await keys.find(text)).toBeUndefined()
    expect(await keys.update(text, { parallel: 1 })).toBeUndefined()
    expect(await keys.rotate(text, { digest: newDigest(), shown: text, graceUntil: 0 })).toBeUndefined()
    expect(await keys.revoke(text, 1)).toBeUndefined()
    await keys.touch(text, 1)
    expect(await keys.list()).toEqual([key])
    const named = await keys.create(sampleKey({ name: text }))
    expect(await keys.revoke(text, 1)).toEqual({ ...named, revokedAt: 1 })
    expect(await keys.list()).toEqual(expect.arrayContaining([key, { ...named, revokedAt: 1 }]))
  })

  test('are beside the ledger in one database, which closes as a whole', async () => {
    const record = sampleRecord({ key: 'ci' })
    await storage.ledger.settle({ record, charges: [{ ...account, amountNanos: 7n }] })
    await keys.create(sampleKey())
    expect(await listRecords(storage.ledger, { key: 'ci' })).toEqual([record])
    await storage.ledger.close()
    expect(await keys.list()).toHaveLength(1)
    expect(await failure(storage.ledger.renew([], 1))).toMatchObject({ kind: 'usage', message: 'The ledger is closed.' })
    await storage.close()
    await storage.close()
    expect(await failure(keys.list())).toMatchObject({ kind: 'usage', message: 'The store of keys is closed.' })
  })
})

describe.each(shared)('client keys in $name, shared by several', ({ fresh, name }) => {
  let database: FreshDatabase

  beforeEach(async () => {
    database = await fresh()
  })

  afterEach(() => database.drop())

  test('one of two processes makes a key of a name, for each name', async () => {
    await (await openStorage(database.url)).close()
    const worker = join(import.meta.dirname, 'worker.ts')
    const children = [1, 2].map(() => fork(worker, ['keys', database.url, '30'], { execArgv: [] }))
    expect(await Promise.all(children.map(async child => (await once(child, 'message'))[0]))).toEqual(['ready', 'ready'])
    const made = children.map(async child => (await once(child, 'message'))[0] as readonly string[])
    for (const child of children) child.send('go')
    const names = (await Promise.all(made)).flat()
    expect(names.toSorted()).toEqual(Array.from({ length: 30 }, (_, index) => `key-${index}`).toSorted())
    const storage = await openStorage(database.url)
    expect(await storage.keys.list()).toHaveLength(30)
    await storage.close()
  })

  test('what one changes, the other sees', async () => {
    const [one, other] = await Promise.all([openStorage(database.url), openStorage(database.url)])
    const key = sampleKey()
    const { id } = await one.keys.create(key)
    expect(await other.keys.find(key.digest)).toMatchObject({ key: { id, revokedAt: null } })
    await one.keys.revoke('ci', 5)
    expect(await other.keys.find(key.digest)).toMatchObject({ key: { id, revokedAt: 5 } })
    await Promise.all([one.close(), other.close()])
  })

  test('the last use is the latest of all, and most uses are not written', async () => {
    const [one, other, raw] = await Promise.all([openStorage(database.url), openStorage(database.url), openRaw(database.url)])
    const { id } = await one.keys.create(sampleKey())
    const lastUse = async () => (await one.keys.list())[0]?.lastUsedAt
    const at = 1_795_000_000_000
    await one.keys.touch(id, at)
    await other.keys.touch(id, at - hourMs)
    expect(await lastUse()).toBe(at)
    await other.keys.touch(id, at + 30_000)
    expect(await lastUse()).toBe(at)
    await raw.kysely.updateTable('client_keys').set({ last_used_at: null }).execute()
    await one.keys.touch(id, at + 59_999)
    expect(await lastUse()).toBeNull()
    await Promise.all([one.close(), other.close(), raw.close()])
  })

  test('the end of a grace period is told by the clock of the database', async () => {
    const storage = await openStorage(database.url)
    const old = sampleKey()
    await storage.keys.create(old)
    await storage.keys.rotate('ci', { digest: newDigest(), shown: 'x', graceUntil: Date.now() + hourMs })
    const raw = await openRaw(database.url)
    expect(await storage.keys.find(old.digest)).toBeDefined()
    await raw.kysely
      .updateTable('client_key_secrets')
      .set({ valid_until: sql`${raw.now} + 60000` })
      .where('digest', '=', old.digest)
      .execute()
    expect(await storage.keys.find(old.digest)).toBeDefined()
    await raw.kysely.updateTable('client_key_secrets').set({ valid_until: raw.now }).where('digest', '=', old.digest).execute()
    expect(await storage.keys.find(old.digest)).toBeUndefined()
    // A secret that is over is removed with the next rotation.
    await storage.keys.rotate('ci', { digest: newDigest(), shown: 'x', graceUntil: Date.now() })
    const left = await raw.kysely.selectFrom('client_key_secrets').select('digest').execute()
    expect(left.map(({ digest }) => digest)).not.toContain(old.digest)
    expect(left).toHaveLength(2)
    await Promise.all([raw.close(), storage.close()])
  })

  test('no secret is in what is kept', async () => {
    const storage = await openStorage(database.url)
    const secrets = Array.from({ length: 20 }, () => `rk-${randomBytes(32).toString('base64url')}`)
    const created: ClientKey[] = []
    for (const [index, secret] of secrets.entries()) {
      const digest = digestOf(secret)
      const shown = `${secret.slice(0, 7)}…`
      if (index % 2 === 0) created.push(await storage.keys.create(sampleKey({ name: `key-${index}`, digest, shown })))
      else await storage.keys.rotate(`key-${index - 1}`, { digest, shown, graceUntil: Date.now() + hourMs })
      expect(await storage.keys.find(digest)).toBeDefined()
    }
    for (const { id } of created) await storage.keys.touch(id, Date.now())
    const kept = name === 'PostgreSQL' ? await dumpRows(database.url) : readFiles(database.url)
    expect(kept).toContain(digestOf(secrets[0] ?? ''))
    for (const secret of secrets) expect(kept).not.toContain(secret.slice(3, 15))
    await storage.close()
  })
})

/** The file and those beside it, where what was written last is. */
function readFiles(url: string): string {
  const folder = dirname(url.slice('sqlite:'.length))
  return readdirSync(folder)
    .map(file => readFileSync(join(folder, file), 'latin1'))
    .join('')
}

async function dumpRows(url: string): Promise<string> {
  const raw = await openRaw(url)
  const [keys, secrets] = await Promise.all([
    sql`select * from client_keys`.execute(raw.kysely),
    sql`select * from client_key_secrets`.execute(raw.kysely)
  ])
  await raw.close()
  return JSON.stringify([keys.rows, secrets.rows], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
