import { describe, expect, test } from '@jest/globals'
import { sse } from '@resoftai/sdk/testing'
import { finished, said } from '../faults/support.ts'
import { describedRoutes } from './described-routes.ts'
import type { Served } from './support.ts'
import { serveWithChat } from './with-chat.ts'

const limitMs = 60_000
const reply = sse([said('Hello'), finished()])

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** All that can be asked of a conversation or a run, by its id. */
const questions: Readonly<Record<string, (id: string) => readonly Asked[]>> = {
  'GET /api/conversations/{id}': id => ['GET', 'HEAD'].map(method => ({ method, path: `/api/conversations/${id}` })),
  'PATCH /api/conversations/{id}': id => [{ method: 'PATCH', path: `/api/conversations/${id}`, body: { title: 'Taken' } }],
  'DELETE /api/conversations/{id}': id => [{ method: 'DELETE', path: `/api/conversations/${id}` }],
  'GET /api/conversations/{id}/export': id =>
    ['', '?format=json', '?format=jsonl', '?format=md'].map(query => ({ method: 'GET', path: `/api/conversations/${id}/export${query}` })),
  'GET /api/chat/stream/{run}': id => [
    { method: 'GET', path: `/api/chat/stream/${id}` },
    { method: 'GET', path: `/api/chat/stream/${id}`, headers: { 'last-event-id': '1' } }
  ],
  'POST /api/chat': id => [{ method: 'POST', path: '/api/chat', body: { message: 'Hi', conversation_id: id } }],
  'POST /api/chat/stream': id => [{ method: 'POST', path: '/api/chat/stream', body: { message: 'Hi', conversation_id: id } }],
  'GET /api/conversations': id => [{ method: 'GET', path: `/api/conversations?before=${id}` }]
}

/** An empty key is none. */
async function ask({ url }: Served, key: string, { method, path, body, headers }: Asked): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: { ...(key !== '' && { authorization: `Bearer ${key}` }), ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) })
  })
}

/** What somebody who asks can see of the answer, but what every answer has of its own. */
async function seen(response: Response) {
  const own = new Set(['date', 'x-resoftai-request-id', 'x-resoftai-overhead-ms'])
  return { status: response.status, headers: [...response.headers].filter(([name]) => !own.has(name)), body: await response.text() }
}

async function talk(served: Served, key: string): Promise<{ readonly conversation: string; readonly run: string }> {
  const response = await ask(served, key, { method: 'POST', path: '/api/chat/stream', body: { message: 'Mine' } })
  const [, run = '', conversation = ''] = /"run":"([^"]+)","conversation_id":"([^"]+)"/.exec(await response.text()) ?? []
  return { run, conversation }
}

describe('A08 what belongs to another key', () => {
  test(
    'is answered as what is not there, on every route that takes an id, to clients, admins and those without a key',
    async () => {
      await using served = await serveWithChat(reply, { gateway: { anonymous: true } })
      const { run, conversation } = await talk(served, served.key)
      const [{ secret: other }, { secret: admin }] = [await served.makeKey(), await served.makeKey({ role: 'admin' })]
      const routes = (await describedRoutes(served.url)).map(({ name }) => name).filter(name => /\/api\/.*\{/.test(name))
      expect(Object.keys(questions)).toEqual(expect.arrayContaining(routes))
      for (const key of [other, admin, '']) {
        // Whoever asks has some of their own.
        await talk(served, key)
        for (const [route, of] of Object.entries(questions)) {
          const theirs = of(route.includes('{run}') ? run : conversation)
          const none = of(crypto.randomUUID())
          for (const [index, question] of theirs.entries()) {
            const answer = await seen(await ask(served, key, question))
            expect([route, answer]).toEqual([route, await seen(await ask(served, key, none.at(index)!))])
            expect([route, answer.status]).toEqual([route, route === 'GET /api/conversations' ? 400 : 404])
          }
          // The id of one is not the id of the other.
          for (const question of of(route.includes('{run}') ? conversation : run)) expect((await ask(served, key, question)).ok).toBe(false)
        }
        const list = await (await ask(served, key, { method: 'GET', path: '/api/conversations' })).text()
        expect(list).not.toContain(conversation)
      }
      const mine = await (await ask(served, served.key, { method: 'GET', path: `/api/conversations/${conversation}` })).json()
      expect(mine).toMatchObject({ title: 'Mine', message_count: 2 })
      const told = await (await ask(served, served.key, { method: 'GET', path: `/api/chat/stream/${run}` })).text()
      expect(told).toContain('"content":"Hello"')
    },
    limitMs
  )

  test(
    'has an id that nobody can guess: 122 random bits',
    async () => {
      await using served = await serveWithChat(reply)
      const talks = await Promise.all(Array.from({ length: 60 }, () => talk(served, served.key)))
      for (const ids of [talks.map(({ conversation }) => conversation), talks.map(({ run }) => run)]) {
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.filter(id => !/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id))).toEqual([])
        const bits = ids.map(id =>
          BigInt(`0x${id.replaceAll('-', '')}`)
            .toString(2)
            .padStart(128, '0')
        )
        const fixed = Array.from({ length: 128 }, (_each, place) => new Set(bits.map(row => row[place])).size).filter(kinds => kinds === 1)
        // The version and the variant.
        expect(fixed).toHaveLength(6)
      }
    },
    limitMs
  )
})
