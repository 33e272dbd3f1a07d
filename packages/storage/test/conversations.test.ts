import { randomUUID } from 'node:crypto'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openStorage, type Conversation, type ConversationStore, type Storage, type StoredMessage } from '../src/index.ts'
import { all, shared, type FreshDatabase } from './databases.ts'
import { failure, openRaw } from './samples.ts'

const ann = 'key-ann'
const leaseMs = 60_000

const injections = [
  `' or '1'='1`,
  `"; drop table conversations; --`,
  `x' union select * from conversations --`,
  '%',
  '_',
  '{"$gt":""}',
  '$1',
  '?',
  '\\',
  '会话'
]

async function messagesOf(store: ConversationStore, id: string, owner = ann): Promise<StoredMessage[]> {
  const found: StoredMessage[] = []
  for await (const message of store.read(id, owner)) found.push(message)
  return found
}

async function newConversation(store: ConversationStore, owner = ann, title = 'Plans'): Promise<Conversation> {
  return store.create({ id: randomUUID(), owner, title })
}

/** One whole turn; returns its id. */
async function say(store: ConversationStore, id: string, messages: readonly unknown[], owner = ann): Promise<string> {
  const turn = randomUUID()
  expect(await store.beginTurn(id, owner, { turn, leaseMs })).toBe('begun')
  expect(await store.endTurn(id, turn, messages)).toBe(true)
  return turn
}

/** All that an owner has, page by page, with something done between the pages. */
async function listInPages(store: ConversationStore, limit: number, between?: (page: number) => Promise<void>): Promise<string[]> {
  const seen: string[] = []
  for (let page = 0; ; page++) {
    const before = seen.at(-1)
    const found = await store.list(ann, { limit, ...(before !== undefined && { before }) })
    expect(found.length).toBeLessThanOrEqual(limit)
    expect(page).toBeLessThan(100)
    if (found.length === 0) return seen
    seen.push(...found.map(({ id }) => id))
    await between?.(page)
  }
}

describe.each(all)('conversations in $name', ({ fresh }) => {
  let database: FreshDatabase
  let storage: Storage
  let store: ConversationStore

  beforeEach(async () => {
    database = await fresh()
    storage = await openStorage(database.url)
    store = storage.conversations
  })

  afterEach(async () => {
    await storage.close()
    await database.drop()
  })

  test('a new one has no messages, and is found by its id', async () => {
    const id = randomUUID()
    const made = await store.create({ id, owner: ann, title: '' })
    expect(made).toEqual({ id, owner: ann, title: '', createdAt: expect.any(Number), updatedAt: expect.any(Number), messages: 0 })
    expect(made.createdAt).toBeGreaterThan(Date.UTC(2020))
    expect(await store.find(id, ann)).toEqual(made)
    expect(await store.list(ann, { limit: 10 })).toEqual([made])
    expect(await messagesOf(store, id)).toEqual([])
    expect(await store.find(randomUUID(), ann)).toBeUndefined()
  })

  test('of one id is made by exactly one of many at once, and stays as it was made', async () => {
    const id = randomUUID()
    const owners = Array.from({ length: 10 }, (_, index) => `key-${index}`)
    const outcomes = await Promise.allSettled(owners.map(owner => store.create({ id, owner, title: owner })))
    const made = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const refused = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    expect(made).toHaveLength(1)
    expect(refused).toEqual(
      refused.map(() => expect.objectContaining({ kind: 'usage', message: 'There is a conversation of this id already.' }))
    )
    expect(await store.find(id, made[0]?.owner ?? '')).toEqual(made[0])
  })

  test('what cannot be kept is refused, and nothing is changed', async () => {
    const { id } = await newConversation(store)
    const usage = expect.objectContaining({ kind: 'usage' })
    for (const bad of ['', '1', 'a\0b', randomUUID().toUpperCase(), `${randomUUID()}\n`]) {
      expect(await failure(store.create({ id: bad, owner: ann, title: '' }))).toEqual(usage)
    }
    for (const bad of ['', 'a\0b', 'x'.repeat(201)]) {
      expect(await failure(store.create({ id: randomUUID(), owner: bad, title: '' }))).toEqual(usage)
      expect(await failure(store.beginTurn(id, ann, { turn: bad, leaseMs }))).toEqual(usage)
    }
    for (const bad of ['a\0b', 'x'.repeat(201)]) {
      expect(await failure(store.create({ id: randomUUID(), owner: ann, title: bad }))).toEqual(usage)
      expect(await failure(store.rename(id, ann, bad))).toEqual(usage)
    }
    expect(await failure(store.beginTurn(id, ann, { turn: 't', leaseMs: Number.NaN }))).toEqual(usage)
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(await failure(store.list(ann, { limit }))).toEqual(usage)
    expect(await failure(store.prune(Number.NaN))).toEqual(usage)
    expect(await store.list(ann, { limit: 10 })).toMatchObject([{ id, title: 'Plans' }])
    expect(await store.beginTurn(id, ann, { turn: 't', leaseMs })).toBe('begun')
  })

  test('somebody else’s is as if it were not there, whatever is asked', async () => {
    const { id } = await newConversation(store)
    await say(store, id, ['hello'])
    const before = await store.find(id, ann)
    for (const other of ['key-bob', 'KEY-ANN', 'key-an%', 'anonymous', '', 'a\0b']) {
      expect(await store.find(id, other)).toBeUndefined()
      expect(await store.list(other, { limit: 10 })).toEqual([])
      expect(await failure(store.list(other, { limit: 10, before: id }))).toMatchObject({ kind: 'usage' })
      expect(await messagesOf(store, id, other)).toEqual([])
      expect(await store.rename(id, other, 'Mine')).toBe(false)
      expect(await store.remove(id, other)).toBe(false)
      expect(await store.beginTurn(id, other, { turn: randomUUID(), leaseMs })).toBe('missing')
    }
    expect(await store.find(id, ann)).toEqual(before)
    expect(await messagesOf(store, id)).toMatchObject([{ message: 'hello' }])
  })

  test.each(injections)('%j is a text like any other wherever a text can be', async text => {
    const plain = await newConversation(store)
    await say(store, plain.id, ['plain'])
    const kept = await store.find(plain.id, ann)
    for (const id of [text, 'a\0b', '']) {
      expect(await store.find(id, ann)).toBeUndefined()
      expect(await store.rename(id, ann, text)).toBe(false)
      expect(await store.remove(id, ann)).toBe(false)
      expect(await messagesOf(store, id)).toEqual([])
      expect(await store.beginTurn(id, ann, { turn: text, leaseMs })).toBe('missing')
      expect(await store.renewTurn(plain.id, id, leaseMs)).toBe(false)
      expect(await store.endTurn(plain.id, id, [text])).toBe(false)
      expect(await store.endTurn(id, text, [text])).toBe(false)
      expect(await failure(store.list(ann, { limit: 1, before: id }))).toMatchObject({ kind: 'usage' })
    }
    expect(await store.list(text, { limit: 10 })).toEqual([])

    const odd = await newConversation(store, text, text)
    expect(await store.beginTurn(odd.id, text, { turn: text, leaseMs })).toBe('begun')
    expect(await store.renewTurn(odd.id, text, leaseMs)).toBe(true)
    expect(await store.endTurn(odd.id, text, [text, { [text]: [text] }])).toBe(true)
    expect(await messagesOf(store, odd.id, text)).toMatchObject([
      { message: text, turn: text },
      { message: { [text]: [text] }, turn: text }
    ])
    expect(await store.list(text, { limit: 10 })).toMatchObject([{ id: odd.id, title: text }])
    expect(await store.remove(odd.id, text)).toBe(true)
    expect(await store.list(ann, { limit: 10 })).toEqual([kept])
  })

  describe('messages', () => {
    test('come back as they were, in their order, each with its turn', async () => {
      const { id, createdAt } = await newConversation(store)
      const values = [
        { role: 'user', content: [{ type: 'text', text: 'line\nend\0\u2028"\\' }] },
        null,
        [1, -0.5, 1e300, [], {}],
        true,
        '',
        '\ud800 lone, 𝄞 whole, 汉字',
        { __proto__x: 1, 'a.b': { '': null } }
      ]
      const first = await say(store, id, values.slice(0, 3))
      const second = await say(store, id, values.slice(3))
      const found = await messagesOf(store, id)
      expect(found).toEqual(
        values.map((message, position) => ({ position, message, at: expect.any(Number), turn: position < 3 ? first : second }))
      )
      for (const { at } of found) expect(at).toBeGreaterThanOrEqual(createdAt)
      expect(await store.find(id, ann)).toMatchObject({ messages: 7 })
    })

    test('of more than a page, and those of megabytes, are all there', async () => {
      const { id } = await newConversation(store)
      const other = await newConversation(store)
      await say(store, other.id, ['of another'])
      const large = `${'汉"\\'.repeat(1_000_000)}end`
      await say(
        store,
        id,
        Array.from({ length: 99 }, (_, index) => index)
      )
      await say(store, id, [large, { large }])
      for (let index = 101; index < 120; index++) await say(store, id, [index])
      const found = await messagesOf(store, id)
      expect(found.map(({ position }) => position)).toEqual(Array.from({ length: 120 }, (_, index) => index))
      expect(found[99]?.message === large).toBe(true)
      expect((found[100]?.message as { large?: string } | undefined)?.large === large).toBe(true)
      expect(found.filter(({ position }) => position < 99 || position > 100).every(({ position, message }) => position === message)).toBe(
        true
      )
    })

    test('that are no JSON are refused, the turn goes on and nothing of it is kept', async () => {
      const { id } = await newConversation(store)
      await store.beginTurn(id, ann, { turn: 't', leaseMs })
      const circle: unknown[] = []
      circle.push(circle)
      for (const bad of [undefined, () => 1, 1n, circle]) {
        expect(await failure(store.endTurn(id, 't', ['good', bad]))).toMatchObject({ kind: 'usage' })
      }
      expect(await messagesOf(store, id)).toEqual([])
      expect(await store.endTurn(id, 't', ['good'])).toBe(true)
      expect(await messagesOf(store, id)).toMatchObject([{ position: 0, message: 'good' }])
    })
  })

  describe('the turn', () => {
    test('is begun by exactly one of many at once', async () => {
      const { id } = await newConversation(store)
      const turns = Array.from({ length: 50 }, () => randomUUID())
      const outcomes = await Promise.all(turns.map(turn => store.beginTurn(id, ann, { turn, leaseMs })))
      expect(outcomes.filter(outcome => outcome === 'begun')).toHaveLength(1)
      expect(outcomes.filter(outcome => outcome === 'busy')).toHaveLength(49)
      const ended = await Promise.all(turns.map(turn => store.endTurn(id, turn, [turn])))
      expect(ended).toEqual(outcomes.map(outcome => outcome === 'begun'))
      expect(await messagesOf(store, id)).toMatchObject([{ message: turns[outcomes.indexOf('begun')] }])
    })

    test('of one conversation leaves the others free', async () => {
      const [one, other] = [await newConversation(store), await newConversation(store)]
      expect(await store.beginTurn(one.id, ann, { turn: 't', leaseMs })).toBe('begun')
      expect(await store.beginTurn(other.id, ann, { turn: 't', leaseMs })).toBe('begun')
      expect(await store.renewTurn(other.id, 't', leaseMs)).toBe(true)
      expect(await store.endTurn(one.id, 't', [1])).toBe(true)
      expect(await messagesOf(store, other.id)).toEqual([])
    })

    test('ends once, and the next can begin', async () => {
      const { id } = await newConversation(store)
      const turn = await say(store, id, ['once'])
      expect(await store.endTurn(id, turn, ['twice'])).toBe(false)
      expect(await store.renewTurn(id, turn, leaseMs)).toBe(false)
      expect(await store.beginTurn(id, ann, { turn: 'next', leaseMs })).toBe('begun')
      expect(await store.endTurn(id, turn, ['again'])).toBe(false)
      expect(await messagesOf(store, id)).toMatchObject([{ message: 'once' }])
    })

    test('whose lease is over is lost to the next, and then brings nothing', async () => {
      const { id } = await newConversation(store)
      expect(await store.beginTurn(id, ann, { turn: 'slow', leaseMs: 0 })).toBe('begun')
      expect(await store.beginTurn(id, ann, { turn: 'next', leaseMs })).toBe('begun')
      expect(await store.renewTurn(id, 'slow', leaseMs)).toBe(false)
      expect(await store.endTurn(id, 'slow', ['late'])).toBe(false)
      expect(await store.beginTurn(id, ann, { turn: 'third', leaseMs })).toBe('busy')
      expect(await store.endTurn(id, 'next', ['in time'])).toBe(true)
      expect(await messagesOf(store, id)).toMatchObject([{ position: 0, message: 'in time' }])
    })

    test('whose lease is over and that nobody took is kept by renewing it, or ends as any other', async () => {
      const { id } = await newConversation(store)
      await store.beginTurn(id, ann, { turn: 'slow', leaseMs: 0 })
      expect(await store.renewTurn(id, 'slow', leaseMs)).toBe(true)
      expect(await store.beginTurn(id, ann, { turn: 'next', leaseMs })).toBe('busy')
      expect(await store.renewTurn(id, 'slow', 0)).toBe(true)
      expect(await store.endTurn(id, 'slow', ['late'])).toBe(true)
      expect(await messagesOf(store, id)).toMatchObject([{ message: 'late' }])
    })

    test('that brought nothing leaves the conversation as it was', async () => {
      const { id } = await newConversation(store)
      await say(store, id, ['one'])
      const before = await store.find(id, ann)
      await sleep(5)
      await say(store, id, [])
      expect(await store.find(id, ann)).toEqual(before)
      await say(store, id, ['two'])
      expect((await store.find(id, ann))?.updatedAt).toBeGreaterThan(before?.updatedAt ?? 0)
      expect(await messagesOf(store, id)).toMatchObject([{ position: 0 }, { position: 1 }])
    })

    test('of a conversation that is removed meanwhile brings nothing', async () => {
      const { id } = await newConversation(store)
      await store.beginTurn(id, ann, { turn: 't', leaseMs })
      expect(await store.remove(id, ann)).toBe(true)
      expect(await store.renewTurn(id, 't', leaseMs)).toBe(false)
      expect(await store.endTurn(id, 't', ['late'])).toBe(false)
      // Under the same id, nothing of before is there.
      await store.create({ id, owner: ann, title: '' })
      expect(await messagesOf(store, id)).toEqual([])
      expect(await store.beginTurn(id, ann, { turn: 'u', leaseMs })).toBe('begun')
    })
  })

  describe('a list', () => {
    test('is newest first: what goes on moves to the front, a new title does not', async () => {
      const made: string[] = []
      for (let index = 0; index < 4; index++) {
        made.push((await newConversation(store)).id)
        await sleep(3)
      }
      await newConversation(store, 'key-bob')
      await say(store, made[1] ?? '', ['again'])
      expect(await store.rename(made[0] ?? '', ann, 'Renamed')).toBe(true)
      const listed = await store.list(ann, { limit: 10 })
      expect(listed.map(({ id }) => id)).toEqual([made[1], made[3], made[2], made[0]])
      expect(listed[3]).toMatchObject({ title: 'Renamed' })
    })

    test('in pages has each conversation once', async () => {
      for (let index = 0; index < 25; index++) await newConversation(store)
      const whole = (await store.list(ann, { limit: 100 })).map(({ id }) => id)
      expect(new Set(whole).size).toBe(25)
      for (const limit of [1, 4, 5, 25, 100]) expect(await listInPages(store, limit)).toEqual(whole)
    })

    test('in pages goes on where it was when others are made, go on, are renamed or removed meanwhile', async () => {
      for (let index = 0; index < 20; index++) await newConversation(store)
      const whole = (await store.list(ann, { limit: 100 })).map(({ id }) => id)
      await sleep(5)
      const seen = await listInPages(store, 4, async page => {
        const [first = '', second = '', third = ''] = whole.slice(page * 4)
        await newConversation(store)
        await say(store, first, ['more'])
        await store.rename(second, ann, 'x')
        await store.remove(third, ann)
      })
      expect(seen).toEqual(whole)
    })

    test('does not go on from a conversation that is gone', async () => {
      const [one, other] = [await newConversation(store), await newConversation(store)]
      await store.remove(other.id, ann)
      expect(await failure(store.list(ann, { limit: 1, before: other.id }))).toMatchObject({ kind: 'usage' })
      expect(await store.list(ann, { limit: 1 })).toMatchObject([{ id: one.id }])
    })
  })

  test('one that is removed is gone with its messages, and no other is', async () => {
    const [one, other] = [await newConversation(store), await newConversation(store)]
    for (const { id } of [one, other]) await say(store, id, [id])
    expect(await store.remove(one.id, ann)).toBe(true)
    expect(await store.remove(one.id, ann)).toBe(false)
    expect(await store.find(one.id, ann)).toBeUndefined()
    expect(await messagesOf(store, one.id)).toEqual([])
    expect(await store.rename(one.id, ann, 'x')).toBe(false)
    expect(await messagesOf(store, other.id)).toMatchObject([{ message: other.id }])
  })

  test('those that are old are pruned, but not those in a turn', async () => {
    const old: Conversation[] = []
    for (let index = 0; index < 7; index++) old.push(await newConversation(store, `key-${index}`))
    for (const { id, owner } of old) await say(store, id, ['old'], owner)
    const [inTurn, dead, ...rest] = old
    await store.beginTurn(inTurn?.id ?? '', 'key-0', { turn: 'running', leaseMs })
    await store.beginTurn(dead?.id ?? '', 'key-1', { turn: 'dead', leaseMs: 0 })
    await sleep(5)
    const recent = await newConversation(store)
    expect(await store.prune(0)).toBe(0)
    expect(await store.prune(recent.updatedAt)).toBe(6)
    expect(await store.prune(recent.updatedAt)).toBe(0)
    for (const { id, owner } of rest) expect(await messagesOf(store, id, owner)).toEqual([])
    expect(await store.find(recent.id, ann)).toEqual(recent)
    expect(await store.endTurn(inTurn?.id ?? '', 'running', ['new'])).toBe(true)
    expect(await messagesOf(store, inTurn?.id ?? '', 'key-0')).toMatchObject([{ message: 'old' }, { message: 'new' }])
  })

  test('one that somebody goes on with is not pruned at that moment', async () => {
    const old = await Promise.all(Array.from({ length: 40 }, () => newConversation(store)))
    const pruned = store.prune(Date.now() + 3_600_000)
    const begun = await Promise.all(old.map(({ id }) => store.beginTurn(id, ann, { turn: 't', leaseMs })))
    const removed = await pruned
    expect(begun.filter(outcome => outcome === 'missing')).toHaveLength(removed)
    const ended = await Promise.all(old.map(({ id }) => store.endTurn(id, 't', ['new'])))
    expect(ended).toEqual(begun.map(outcome => outcome === 'begun'))
  })

  test('are closed with the rest', async () => {
    const { id } = await newConversation(store)
    await storage.close()
    const closed = expect.objectContaining({ kind: 'usage', message: 'The store of conversations is closed.' })
    expect(await failure(store.find(id, ann))).toEqual(closed)
    expect(await failure(messagesOf(store, id))).toEqual(closed)
  })
})

describe.each(shared)('conversations in $name, shared by several processes', ({ fresh }) => {
  let database: FreshDatabase
  let storage: Storage
  let store: ConversationStore
  let conversation: Conversation
  let children: ChildProcess[] = []

  const start = (task: string, ...rest: readonly string[]) => {
    const values = [task, database.url, conversation.id, ann, ...rest]
    const child = fork(join(import.meta.dirname, 'talker.ts'), values, { execArgv: [] })
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
    storage = await openStorage(database.url)
    store = storage.conversations
    conversation = await newConversation(store)
  })

  afterEach(async () => {
    await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(kill))
    children = []
    await storage.close()
    await database.drop()
  })

  test('one of three has the turn at a time: none is lost, and none is in the midst of another', async () => {
    const talkers = ['a', 'b', 'c'].map(name => start('talk', name, '15'))
    expect(await Promise.all(talkers.map(message))).toEqual(['ready', 'ready', 'ready'])
    const done = talkers.map(message)
    for (const talker of talkers) talker.send('go')
    expect(await Promise.all(done)).toEqual(['done', 'done', 'done'])

    const found = await messagesOf(store, conversation.id)
    expect(found.map(({ position }) => position)).toEqual(Array.from({ length: 90 }, (_, index) => index))
    const said = found.map(({ message: value, turn }) => ({
      turn,
      ...(value as { name: string; count: number; seen: number; part: number })
    }))
    for (let index = 0; index < 90; index += 2) {
      const { turn } = said[index] ?? {}
      // What a turn saw when it began is what its messages come after.
      expect(said.slice(index, index + 2)).toMatchObject([
        { turn, seen: index, part: 0 },
        { turn, seen: index, part: 1 }
      ])
    }
    for (const name of ['a', 'b', 'c']) {
      const own = said.filter(one => one.name === name && one.part === 0).map(({ count }) => count)
      expect(own).toEqual(Array.from({ length: 15 }, (_, index) => index))
    }
  })

  test('the turn of a killed one is free when its lease is over, and what it had to say is not there', async () => {
    const child = start('hold', '300')
    const turn = (await message(child)) as string
    await kill(child)
    while ((await store.beginTurn(conversation.id, ann, { turn: 'next', leaseMs })) !== 'begun') await sleep(50)
    expect(await store.endTurn(conversation.id, turn, ['late'])).toBe(false)
    expect(await store.endTurn(conversation.id, 'next', ['next'])).toBe(true)
    expect(await messagesOf(store, conversation.id)).toMatchObject([{ position: 0, message: 'next' }])
  })

  test('the turn of a killed one is not free before', async () => {
    const child = start('hold', '60000')
    await message(child)
    await kill(child)
    expect(await store.beginTurn(conversation.id, ann, { turn: 'next', leaseMs })).toBe('busy')
  })

  test('the end of a lease is by the clock of the database', async () => {
    const raw = await openRaw(database.url)
    const until = async (time: typeof raw.now) => raw.kysely.updateTable('conversations').set({ turn_until: time }).execute()
    await store.beginTurn(conversation.id, ann, { turn: 't', leaseMs: 0 })
    await until(sql`${raw.now} + 60000`)
    expect(await store.beginTurn(conversation.id, ann, { turn: 'u', leaseMs })).toBe('busy')
    await until(raw.now)
    expect(await store.beginTurn(conversation.id, ann, { turn: 'u', leaseMs })).toBe('begun')
    await raw.close()
  })

  test('one that is killed while it writes leaves whole turns only', async () => {
    for (let round = 0; round < 4; round++) {
      const child = start('talk forever')
      await message(child)
      await sleep(Math.random() * 150)
      await kill(child)
      await store.beginTurn(conversation.id, ann, { turn: `clear-${round}`, leaseMs: 0 })
    }
    const found = await messagesOf(store, conversation.id)
    expect(found.length).toBeGreaterThan(0)
    expect(found.map(({ position }) => position)).toEqual(found.map((_, index) => index))
    const turns = Map.groupBy(found, ({ turn }) => turn)
    for (const messages of turns.values())
      expect(messages.map(({ message: part }) => part)).toEqual(Array.from({ length: 20 }, (_, part) => part))
    expect(await store.find(conversation.id, ann)).toMatchObject({ messages: found.length })
  })

  test('those of the same time are in pages once each too', async () => {
    for (let index = 0; index < 20; index++) await newConversation(store)
    const raw = await openRaw(database.url)
    await raw.kysely.updateTable('conversations').set({ updated_at: 5n }).execute()
    await raw.close()
    const whole = (await store.list(ann, { limit: 100 })).map(({ id }) => id)
    expect(whole).toHaveLength(21)
    for (const limit of [1, 4, 7]) expect(await listInPages(store, limit)).toEqual(whole)
  })

  test('nothing of one that is removed or pruned is left, even if a turn ends at that moment', async () => {
    const raw = await openRaw(database.url)
    const other = await openStorage(database.url)
    const made = await Promise.all(Array.from({ length: 30 }, () => newConversation(store)))
    await Promise.all(made.map(({ id }) => store.beginTurn(id, ann, { turn: 't', leaseMs: 0 })))
    const ended = made.map(({ id }) => store.endTurn(id, 't', ['late', 'later']))
    const removed = made.slice(0, 20).map(({ id }) => other.conversations.remove(id, ann))
    const pruned = other.conversations.prune(Date.now() + 3_600_000)
    await Promise.all([...ended, ...removed, pruned])
    const left = await raw.kysely
      .selectFrom('conversation_messages as message')
      .leftJoin('conversations', 'conversations.id', 'message.conversation')
      .select('message.conversation')
      .where('conversations.id', 'is', null)
      .execute()
    expect(left).toEqual([])
    for (const { id } of await store.list(ann, { limit: 100 })) {
      const { messages = -1 } = (await store.find(id, ann)) ?? {}
      expect(await messagesOf(store, id)).toHaveLength(messages)
    }
    await Promise.all([raw.close(), other.close()])
  })
})
