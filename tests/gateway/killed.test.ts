import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fakeService, json, sse, stall, wait, type ReceivedRequest } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until } from './support.ts'

const rounds = process.env['FAULTS'] === 'long' ? 10 : 2

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
  mkdirSync(sandbox.home)
  const price = { service: 'vendor', model: 'm1', source: 'set by hand', date: '2026-11-21', currency: 'USD', input: '2', output: '8' }
  writeFileSync(join(sandbox.home, 'prices.json'), JSON.stringify({ version: 1, prices: [price] }))
})
afterEach(() => sandbox.remove())

const config = { budgets: [{ per: 'day', limit: '100 USD' }] }
/** Of three tokens in and two out, as the vendor tells. */
const cost = 0.000022

/** A vendor that does not end its answer to `Wait`. */
function answer({ json: body }: ReceivedRequest) {
  const { messages, stream } = body as { readonly messages: readonly { readonly content: string }[]; readonly stream?: boolean }
  const isHeld = messages.at(-1)?.content === 'Wait'
  if (stream !== true) return isHeld ? { steps: [stall] } : json(completion('Hello'))
  const used = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }
  return isHeld ? sse([said('Hel'), stall], { done: false }) : sse([said('Hel'), wait(5), said('lo'), finished(), used])
}

async function ask({ url }: Running, key: string, path: string, body?: object): Promise<Response> {
  return fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) })
  })
}

async function read<T>(running: Running, key: string, path: string): Promise<T> {
  return (await (await ask(running, key, path)).json()) as T
}

interface Budgets {
  readonly budgets: readonly { readonly settled: string; readonly reserved: string }[]
}

async function balanceOf(running: Running, admin: string): Promise<{ readonly settled: number; readonly reserved: number }> {
  const { budgets } = await read<Budgets>(running, admin, '/admin/budgets')
  const [{ settled, reserved } = { settled: 'none', reserved: 'none' }] = budgets
  return { settled: Number(settled), reserved: Number(reserved) }
}

/** Looks into the database from beside. */
function withDatabase<T>(use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(sandbox.home, 'resoftai.db'), { timeout: 5_000 })
  try {
    return use(database)
  } finally {
    database.close()
  }
}

/** Ends the leases of what a dead process held, as their time would: a minute for money, twenty seconds for a turn. */
function endLeases(): void {
  withDatabase(database => {
    database.exec('update holds set expires_at = 0')
    database.exec('update conversations set turn_until = 0 where turn is not null')
  })
}

function count(database: DatabaseSync, from: string): number {
  return Number(database.prepare(`select count(*) as rows from ${from}`).get()?.['rows'])
}

test('G07 a process that was killed leaves a sound database, money that is free again, and a conversation without the half turn', async () => {
  await using service = await fakeService(answer)
  let key = ''
  let conversation_id = ''
  {
    await using running = await serveApart(sandbox, `${service.url}/v1`, config)
    key = running.key!
    ;({ conversation_id } = (await (await ask(running, key, '/api/chat', { message: 'One' })).json()) as { conversation_id: string })
    const turn = (await ask(running, key, '/api/chat/stream', { message: 'Wait', conversation_id })).body!.getReader()
    await turn.read()
    ask(running, key, '/v1/chat/completions', { ...hello, messages: [{ role: 'user', content: 'Wait' }] }).catch(() => {})
    await service.received(3)
    running.signal('SIGKILL')
    await running.ended
    await turn.read().catch(() => {})
  }
  withDatabase(database => {
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect([count(database, 'holds'), count(database, 'calls')]).toEqual([2, 1])
  })
  const admin = (await sandbox.run(['keys', 'create', 'root', '--admin'])).stdout.trim()

  await using running = await serveApart(sandbox, `${service.url}/v1`, config)
  const { settled, reserved } = await balanceOf(running, admin)
  expect(settled).toBeCloseTo(cost, 9)
  expect(reserved).toBeGreaterThan(0)
  endLeases()
  expect(await balanceOf(running, admin)).toEqual({ settled, reserved: 0 })

  const { messages } = await read<{ messages: readonly { content: string }[] }>(running, key, `/api/conversations/${conversation_id}`)
  expect(messages.map(({ content }) => content)).toEqual(['One', 'Hello'])
  expect((await ask(running, key, '/api/chat', { message: 'Two', conversation_id })).status).toBe(200)
  const asked = service.requests.at(-1)?.json as { readonly messages: readonly { readonly content: string }[] }
  expect(asked.messages.map(({ content }) => content)).toEqual(['One', 'Hello', 'Two'])

  const { costs } = await read<{ costs: readonly object[] }>(running, admin, '/admin/costs?by=key')
  expect(costs).toHaveLength(2)
  expect(costs).toContainEqual(expect.objectContaining({ calls: 2, cost: '0.000044', failed: 0 }))
  expect(costs).toContainEqual(expect.objectContaining({ calls: 2, cost: null, failed: 2 }))
  expect((await balanceOf(running, admin)).settled).toBeCloseTo(2 * cost, 9)
}, 120_000)

test('G07 one that is killed again and again in the middle of many calls charges none twice, and none that was answered never', async () => {
  await using service = await fakeService(answer)
  let key = ''
  const admin = (await sandbox.run(['keys', 'create', 'root', '--admin'])).stdout.trim()
  let answered = 0
  for (let round = 0; round < rounds; round++) {
    await using running = await serveApart(sandbox, `${service.url}/v1`, config)
    key ||= (await sandbox.run(['keys', 'create', 'ann'])).stdout.trim()
    const before = answered
    const clients = Array.from({ length: 20 }, async (_each, index) => {
      for (;;) {
        const response = await ask(running, key, '/v1/chat/completions', { ...hello, stream: index % 2 === 0 })
        if ((await response.text()).includes(index % 2 === 0 ? '[DONE]' : 'Hello')) answered++
      }
    })
    const left = Promise.allSettled(clients)
    await until(() => answered > before + 50)
    running.signal('SIGKILL')
    await left
  }
  endLeases()
  await using running = await serveApart(sandbox, `${service.url}/v1`, config)
  const { settled, reserved } = await balanceOf(running, admin)
  expect(reserved).toBe(0)
  withDatabase(database => {
    expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    const paid = count(database, "calls where status = 'finished'")
    expect(settled).toBeCloseTo(paid * cost, 9)
    expect(paid).toBeGreaterThanOrEqual(answered)
    expect(paid).toBeLessThanOrEqual(service.requests.length)
    expect(count(database, 'holds')).toBe(0)
    expect(count(database, "calls where status = 'lost'")).toBeLessThanOrEqual(20 * rounds)
  })
}, 120_000)
