import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStorage, type Storage } from '@resoftai/storage'
import fastify, { type FastifyReply } from 'fastify'
import { Recording, type Shelf } from './recording.ts'

const [id, fingerprint] = ['a'.repeat(64), 'b'.repeat(64)]
const mebibyte = 1024 * 1024

let storage: Storage
let shelf: Shelf
let lost: unknown[]

beforeEach(async () => {
  storage = await openStorage('sqlite::memory:')
  lost = []
  shelf = { store: storage.replies, leaseMs: 60_000, chars: 0, tellLost: error => void lost.push(error) }
})

afterEach(() => storage.close())

async function record(reply: FastifyReply, name = id): Promise<Recording> {
  const begun = await shelf.store.begin(name, fingerprint, shelf.leaseMs)
  if (begun.outcome !== 'begun') throw new Error(`It is ${begun.outcome}.`)
  return new Recording(shelf, reply, name, begun.holder)
}

const look = (name = id) => shelf.store.begin(name, fingerprint, 60_000)

/** Answers one request so. */
async function answer(handle: (reply: FastifyReply) => Promise<void>): Promise<void> {
  const app = fastify()
  app.get('/', async (_request, reply) => {
    await handle(reply)
    return ''
  })
  expect((await app.inject('/')).statusCode).toBe(200)
}

test('an answer that takes long stays with the process that gives it', async () => {
  shelf = { ...shelf, leaseMs: 1_500 }
  await answer(async reply => {
    const recording = await record(reply)
    await sleep(3_000)
    expect(await look()).toEqual({ outcome: 'running' })
    await recording.release()
    expect(await look()).toMatchObject({ outcome: 'begun' })
  })
})

test('a stream is kept with what is its own among the headers', async () => {
  await answer(async reply => {
    const own = { 'x-resoftai-provider': 'vendor', 'x-resoftai-attempts': '1', 'request-id': 'r1' }
    reply.headers({
      ...own,
      'x-resoftai-request-id': 'r1',
      'x-resoftai-overhead-ms': '5',
      'set-cookie': 'a=b',
      'cache-control': 'no-store'
    })
    const recording = await record(reply)
    recording.add('data: 1\n\n')
    recording.add('data: 2\n\n')
    expect(shelf.chars).toBe(18)
    await recording.keepStream()
    const headers = { ...own, 'content-type': 'text/event-stream; charset=utf-8' }
    expect(await look()).toEqual({ outcome: 'kept', reply: { status: 200, headers, body: 'data: 1\n\ndata: 2\n\n' } })
    expect(shelf.chars).toBe(0)
  })
})

test('the first end counts, and nothing that follows', async () => {
  await answer(async reply => {
    const recording = await record(reply)
    await recording.keep('one')
    await recording.keep('two')
    recording.add('three')
    await recording.keepStream()
    await recording.release()
    expect(await look()).toMatchObject({ outcome: 'kept', reply: { body: 'one' } })
    expect(shelf.chars).toBe(0)
  })
})

test('streams have a limit, each and together', async () => {
  await answer(async reply => {
    const large = await record(reply)
    for (let count = 0; count < 5; count++) large.add('x'.repeat(mebibyte))
    large.add('x')
    expect(shelf.chars).toBe(0)
    await large.keepStream()
    expect(await look()).toEqual({ outcome: 'kept', reply: null })

    const names = Array.from({ length: 18 }, (_, index) => index.toString(16).padStart(64, 'c'))
    const many: Recording[] = []
    for (const name of names) {
      const recording = await record(reply, name)
      recording.add('x'.repeat(4 * mebibyte))
      many.push(recording)
    }
    expect(shelf.chars).toBe(64 * mebibyte)
    for (const recording of many) await recording.keepStream()
    expect(shelf.chars).toBe(0)
    const kept = await Promise.all(names.map(async name => (await look(name)) as { readonly reply: unknown }))
    expect(kept.map(({ reply: one }) => one === null)).toEqual(names.map((_, index) => index >= 16))
  })
})

test('what cannot be kept is told of, and what cannot be released is not', async () => {
  await answer(async reply => {
    const [one, other] = [await record(reply), await record(reply, 'd'.repeat(64))]
    await storage.close()
    await one.keep('one')
    await other.release()
    expect(lost).toEqual([expect.objectContaining({ message: 'The store of answers is closed.' })])
  })
})
