import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { createLog, createRedactor } from '@resoftai/core'
import { createGateway, digestOf, newKey, shownOf } from '@resoftai/gateway'
import { openStorage } from '@resoftai/storage'
import { cut, fakeService, json, sse, stall, type Answer, type ReceivedRequest, type Respond } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { lockApart } from '../budgets/lock.ts'
import { completion, finished, said, vendorError } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { collect, hello, serve, unpressed, until, type Served, type Setup } from './support.ts'

const path = '/v1/chat/completions'
const key = { 'idempotency-key': '8e03978e-40d5-43e8-bc93-6894a57f9324' }
const used = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }

/** Answers each call with another number. */
function numbered(): (request: ReceivedRequest) => Answer {
  let calls = 0
  return ({ path: asked, json: body }) => {
    const number = ++calls
    const usage = { prompt_tokens: 3, total_tokens: 3 }
    if (asked.endsWith('/embeddings')) return json({ object: 'list', model: 'm1', data: [{ index: 0, embedding: [number, 0.5] }], usage })
    const { stream = false } = body as { readonly stream?: boolean }
    return stream ? sse([said('Answer '), said(String(number)), finished(), used]) : json(completion(`Answer ${number}`))
  }
}

interface Once extends Served {
  /** Of what is kept. */
  readonly file: string
}

/** A gateway that keeps answers in a file, with all that it can serve. */
async function serveOnce(respond: Respond, setup: Setup = {}): Promise<Once> {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-once-'))
  const file = join(folder, 'kept.db')
  const { conversations, replies, close } = await openStorage(`sqlite:${file}`)
  const served = await serve(respond, { ...setup, gateway: { conversations, replies, ...setup.gateway } })
  return {
    ...served,
    file,
    async [Symbol.asyncDispose]() {
      await served[Symbol.asyncDispose]()
      await close()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

async function readAll(response: Response): Promise<Told> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}

/** What is the answer's own, and not about the request. */
function ownOf({ status, headers, body }: Told) {
  const own = Object.entries(headers).filter(([name]) => /^(content-type|x-resoftai-(?!request-id|overhead-ms).+)$/.test(name))
  return { status, body, headers: Object.fromEntries(own) }
}

const codeOf = ({ body }: Told) => (JSON.parse(body) as { readonly error: { readonly code: string } }).error.code
const asked = async (served: Served, body: unknown = hello, headers: Readonly<Record<string, string>> = key, at = path) =>
  readAll(await served.ask(at, body, headers))

const message = { model: 'vendor/m1', max_tokens: 50, messages: hello.messages }
const talk = { message: 'Hello?', provider: 'vendor' }

/** Every route that answers once. */
const routes: readonly (readonly [name: string, at: string, body: object])[] = [
  ['a chat', path, hello],
  ['a streamed chat', path, { ...hello, stream: true, stream_options: { include_usage: true } }],
  ['a text', '/v1/completions', { model: 'vendor/m1', prompt: 'Once' }],
  ['a streamed text', '/v1/completions', { model: 'vendor/m1', prompt: 'Once', stream: true }],
  ['vectors', '/v1/embeddings', { model: 'vendor/m1', input: 'Hello' }],
  ['a message', '/v1/messages', message],
  ['a streamed message', '/v1/messages', { ...message, stream: true }],
  ['a turn', '/api/chat', talk],
  ['a streamed turn', '/api/chat/stream', talk]
]

describe('G24 a request that is made again', () => {
  test.each(routes)('later gets the same answer: %s', async (_name, at, body) => {
    await using served = await serveOnce(numbered())
    const first = await asked(served, body, key, at)
    expect([first.status, first.headers['idempotent-replayed']]).toEqual([200, undefined])
    expect(first.body).toContain(at === '/v1/embeddings' ? '0.5' : 'Answer')
    for (let count = 0; count < 2; count++) {
      const again = await asked(served, body, key, at)
      expect(ownOf(again)).toEqual(ownOf(first))
      expect(again.headers['idempotent-replayed']).toBe('true')
      expect(again.headers['x-resoftai-request-id']).not.toBe(first.headers['x-resoftai-request-id'])
      expect(again.headers).not.toHaveProperty('x-resoftai-overhead-ms')
    }
    // It was asked, paid and kept once.
    expect(served.service.requests).toHaveLength(1)
    expect(await served.records()).toHaveLength(1)
    if (at !== '/api/chat') return
    const { conversation_id: id } = JSON.parse(first.body) as { readonly conversation_id: string }
    const conversation = (await (await served.ask(`/api/conversations/${id}`)).json()) as { readonly messages: readonly unknown[] }
    expect(conversation.messages).toHaveLength(2)
  })

  test('with another key, or none, is another one', async () => {
    await using served = await serveOnce(numbered())
    const answers = [await asked(served), await asked(served, hello, { 'idempotency-key': 'other' }), await asked(served, hello, {})]
    expect(new Set(answers.map(({ body }) => body)).size).toBe(3)
    expect(answers.map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, undefined, undefined])
    expect(served.service.requests).toHaveLength(3)
  })

  test.each<[string, object]>([
    ['whole', hello],
    ['as a stream', { ...hello, stream: true }]
  ])('meanwhile is refused with 409, and one of many at once is answered %s', async (_name, body) => {
    const answer = Promise.withResolvers<void>()
    const give = numbered()
    await using served = await serveOnce(async request => {
      await answer.promise
      return give(request)
    })
    const ended: Told[] = []
    const asking = Array.from({ length: 20 }, async () => void ended.push(await asked(served, body)))
    await until(() => ended.length === 19)
    expect(ended.map(told => [told.status, codeOf(told), told.headers['retry-after']])).toEqual(
      ended.map(() => [409, 'idempotency_key_in_use', '1'])
    )
    answer.resolve()
    await Promise.all(asking)
    const first = ended.at(-1)
    expect(first?.status).toBe(200)
    expect((await asked(served, body)).body).toBe(first?.body)
    expect(served.service.requests).toHaveLength(1)
  })

  test('with another body is refused with 422, meanwhile and later', async () => {
    const answer = Promise.withResolvers<void>()
    await using served = await serveOnce(async () => {
      await answer.promise
      return json(completion('Hello'))
    })
    const first = asked(served)
    await served.service.received(1)
    const others = [{ ...hello, temperature: 0.5 }, { ...hello, stream: true }, `${JSON.stringify(hello)} `, { wrong: true }]
    const refuse = async () => {
      for (const other of others) {
        const told = await asked(served, other)
        expect([told.status, codeOf(told)]).toEqual([422, 'idempotency_key_reused'])
      }
    }
    await refuse()
    answer.resolve()
    expect((await first).status).toBe(200)
    await refuse()
    expect(served.service.requests).toHaveLength(1)
  })

  test('by another client, or at another address, is another one', async () => {
    await using served = await serveOnce(numbered(), { gateway: { anonymous: true } })
    const first = await asked(served)
    const { secret } = await served.makeKey()
    const bob = await asked(served, hello, { ...key, authorization: `Bearer ${secret}` })
    const { authorization: _none, ...bare } = { authorization: '', 'content-type': 'application/json', ...key }
    const nobody = await readAll(await fetch(served.url + path, { method: 'POST', headers: bare, body: JSON.stringify(hello) }))
    const text = await asked(served, { model: 'vendor/m1', prompt: 'Hello' }, key, '/v1/completions')
    expect([first, bob, nobody, text].map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set([first, bob, nobody, text].map(({ body }) => body)).size).toBe(4)
    expect(served.service.requests).toHaveLength(4)
  })

  test('by a client whose secret was rotated gets the same answer', async () => {
    await using served = await serveOnce(numbered())
    const first = await asked(served)
    const secret = newKey()
    await served.storage.keys.rotate('alice', { digest: digestOf(secret), shown: shownOf(secret), graceUntil: Date.now() })
    const again = await asked(served, hello, { ...key, authorization: `Bearer ${secret}` })
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true'])
  })
})

describe('G24 what is kept', () => {
  test.each([
    ['whole', hello],
    ['a stream', { ...hello, stream: true }]
  ])('is what the provider has against the request: %s', async (_name, body) => {
    await using served = await serveOnce([
      json(vendorError('Too long.', { code: 'context_length_exceeded' }), { status: 400 }),
      json(completion('Hello'))
    ])
    const first = await asked(served, body)
    expect([first.status, codeOf(first), first.headers['x-should-retry']]).toEqual([400, 'context_length_exceeded', 'false'])
    const again = await asked(served, body)
    expect([again.status, again.body, again.headers['x-should-retry']]).toEqual([400, first.body, 'false'])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(served.service.requests).toHaveLength(1)
  })

  test.each([
    ['429', json(vendorError('Slow down.'), { status: 429 }), 429],
    ['500', json(vendorError('Oh no.'), { status: 500 }), 502],
    ['401', json(vendorError('Wrong key.'), { status: 401 }), 502],
    ['404', json(vendorError('No such model.'), { status: 404 }), 404],
    ['cut', { steps: [cut] }, 502]
  ])('is no failure that may be over the next time: %s', async (_name, failure, status) => {
    await using served = await serveOnce([failure, json(completion('Hello'))], { settings: { max_retries: 0 } })
    expect((await asked(served)).status).toBe(status)
    const again = await asked(served)
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, undefined])
    expect((await asked(served)).body).toBe(again.body)
  })

  test.each<[string, object, number]>([
    ['a field that is wrong', { ...hello, temperature: 'hot' }, 400],
    ['a model that is not there', { ...hello, model: 'vendor/' }, 404],
    ['a budget that is spent', { ...hello, max_tokens: 1_000_000 }, 402]
  ])('is no refusal of the gateway: %s', async (_name, body, status) => {
    await using served = await serveOnce(numbered(), { key: { budgets: [{ per: 'request', limit: '0.01 USD' }] } })
    expect((await asked(served, body)).status).toBe(status)
    // What was mended is sent with the same key.
    const mended = { ...hello, max_tokens: 10 }
    expect((await asked(served, mended)).status).toBe(200)
    expect((await asked(served, mended)).headers['idempotent-replayed']).toBe('true')
    expect(served.service.requests).toHaveLength(1)
  })

  test('is no request without a body', async () => {
    await using served = await serveOnce(numbered())
    const told = await readAll(
      await fetch(served.url + path, { method: 'POST', headers: { authorization: `Bearer ${served.key}`, ...key } })
    )
    expect([told.status, codeOf(told)]).toEqual([400, 'invalid_request'])
    expect((await asked(served)).status).toBe(200)
  })

  test.each<[string, string, object]>([
    ['a chat', path, { ...hello, stream: true }],
    ['a message', '/v1/messages', { ...message, stream: true }],
    ['a turn', '/api/chat/stream', talk]
  ])('is no stream that failed in the middle: %s', async (_name, at, body) => {
    let streams = 0
    const respond = ({ json: sent }: ReceivedRequest) => {
      // No whole reply takes the place of the rest.
      if ((sent as { readonly stream?: boolean }).stream !== true) return json(vendorError('Oh no.'), { status: 500 })
      return streams++ === 0 ? sse([said('Hel'), cut], { done: false }) : sse([said('Hello'), finished(), used])
    }
    await using served = await serveOnce(respond, { settings: { max_retries: 0 } })
    const failed = await asked(served, body, key, at)
    expect([failed.status, failed.body.includes('error')]).toEqual([200, true])
    const again = await asked(served, body, key, at)
    expect([again.headers['idempotent-replayed'], again.body.includes('error')]).toEqual([undefined, false])
    expect((await asked(served, body, key, at)).body).toBe(again.body)
    expect(streams).toBe(2)
  })

  test.each([
    ['whole', hello, { steps: [stall] }],
    ['a stream', { ...hello, stream: true }, sse([said('Hel'), stall], { done: false })]
  ])('is nothing where the client has left: %s', async (_name, body, slow) => {
    await using served = await serveOnce([slow, json(completion('Hello')), sse([said('Hello'), finished(), used])])
    const controller = new AbortController()
    const leaving = fetch(served.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json', ...key },
      body: JSON.stringify(body),
      signal: controller.signal
    }).then(response => response.text())
    const request = await served.service.received(1)
    controller.abort()
    await expect(leaving).rejects.toThrow()
    // The provider is let go as without the header.
    expect(await request.closedEarly).toBe(true)
    await until(async () => (await asked(served, body)).status !== 409)
    expect((await asked(served, body)).headers['idempotent-replayed']).toBe('true')
    expect(served.service.requests).toHaveLength(2)
  })

  test.each<[string, object, () => Answer]>([
    ['whole', hello, () => json(completion('x'.repeat(5 * 1024 * 1024)))],
    [
      'a stream',
      { ...hello, stream: true },
      () => sse([...Array.from({ length: 50 }, () => said('x'.repeat(100 * 1024))), finished(), used])
    ]
  ])('is not what is too large, and it is not asked for again: %s', async (_name, body, large) => {
    await using served = await serveOnce(large())
    const first = await asked(served, body)
    expect([first.status, first.body.length > 5_000_000]).toEqual([200, true])
    const again = await asked(served, body)
    expect([again.status, codeOf(again)]).toEqual([422, 'idempotent_answer_not_kept'])
    expect(served.service.requests).toHaveLength(1)
  })

  test('is known to another gateway that shares the storage', async () => {
    await using served = await serveOnce(numbered())
    const first = await asked(served)
    const { replies, close } = await openStorage(`sqlite:${served.file}`)
    const other = createGateway({ host: served.host, keys: served.storage.keys, pressure: unpressed, replies })
    const url = await other.listen({ host: '127.0.0.1', port: 0 })
    const headers = { authorization: `Bearer ${served.key}`, 'content-type': 'application/json', ...key }
    const again = await readAll(await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(hello) }))
    expect(ownOf(again)).toEqual(ownOf(first))
    await other.close(0)
    await close()
    expect(served.service.requests).toHaveLength(1)
  })

  test('has nothing of the header, which may hold anything', async () => {
    await using served = await serveOnce(numbered())
    expect((await asked(served, hello, { 'idempotency-key': 'sk-canary-of-the-header' })).status).toBe(200)
    const folder = join(served.file, '..')
    const files = readdirSync(folder).map(name => readFileSync(join(folder, name), 'latin1'))
    expect(files.join('')).toContain('Answer 1')
    expect(files.join('')).not.toContain('sk-canary-of-the-header')
  })
})

describe('G24 the header', () => {
  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'caf\u00e9'],
    ['a tab inside', 'a\tb']
  ])('is refused where it is %s', async (_name, value) => {
    await using served = await serveOnce(numbered())
    const told = await asked(served, hello, { 'idempotency-key': value })
    expect([told.status, JSON.parse(told.body)]).toEqual([
      400,
      { error: expect.objectContaining({ code: 'invalid_request', param: 'Idempotency-Key' }) }
    ])
    expect(served.service.requests).toHaveLength(0)
  })

  test('is refused where there are two', async () => {
    await using served = await serveOnce(numbered())
    const body = JSON.stringify(hello)
    const lines = [
      `POST ${path} HTTP/1.1`,
      'Host: gateway',
      `Authorization: Bearer ${served.key}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Idempotency-Key: a',
      'Idempotency-Key: a',
      'Connection: close',
      '',
      body
    ]
    const text = await new Promise<string>((resolve, reject) => {
      let seen = ''
      const socket = connect(served.port, '127.0.0.1', () => socket.write(lines.join('\r\n')))
      socket.setEncoding('utf8').on('data', (part: string) => (seen += part))
      socket.on('error', reject).on('close', () => resolve(seen))
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*Idempotency-Key/)
    expect(served.service.requests).toHaveLength(0)
  })

  test.each([
    ['short', 'x'],
    ['long', 'x'.repeat(255)],
    ['in quotes', '"8e03978e-40d5-43e8-bc93-6894a57f9324"'],
    ['of any signs', "' or '1'='1; --, {}"]
  ])('may be %s', async (_name, value) => {
    await using served = await serveOnce(numbered())
    const header = { 'idempotency-key': value }
    const first = await asked(served, hello, header)
    expect([first.status, (await asked(served, hello, header)).body]).toEqual([200, first.body])
    expect(served.service.requests).toHaveLength(1)
  })

  test('wants a key of the gateway first, and means nothing where nothing is kept', async () => {
    await using served = await serveOnce(numbered())
    const first = await asked(served)
    const stranger = await asked(served, hello, { ...key, authorization: 'Bearer rk-wrong' })
    expect([stranger.status, stranger.body.includes('Answer')]).toEqual([401, false])
    await using plain = await serve(numbered())
    expect((await asked(plain)).body).not.toBe((await asked(plain)).body)
    expect(first.status).toBe(200)
  })
})

describe('G24 a repeated request', () => {
  test('counts as a request and not as tokens', async () => {
    await using served = await serveOnce(numbered(), { key: { requestsPerMinute: 5, tokensPerMinute: 8 } })
    // The answer uses 5 tokens.
    for (let count = 0; count < 4; count++) expect((await asked(served)).status).toBe(200)
    expect((await asked(served, hello, {})).status).toBe(200)
    const refused = await asked(served)
    expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limit_exceeded'])
    expect(served.service.requests).toHaveLength(2)
  })

  test('does not take a place among the calls at once for good', async () => {
    await using served = await serveOnce(numbered(), { key: { parallel: 1 } })
    for (let count = 0; count < 3; count++) expect((await asked(served)).status).toBe(200)
    expect((await asked(served, hello, {})).status).toBe(200)
  })

  test('costs nothing', async () => {
    const dear = json(completion('Hello', { usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } }))
    await using served = await serveOnce(dear, { key: { budgets: [{ per: 'total', limit: '0.002 USD' }] } })
    const body = { ...hello, max_tokens: 100 }
    const first = await asked(served, body)
    expect([first.status, first.headers['x-resoftai-cost']]).toEqual([200, '0.0028 USD'])
    expect((await asked(served, body, {})).status).toBe(402)
    expect((await asked(served, body)).headers['idempotent-replayed']).toBe('true')
    expect((await served.records()).map(({ costNanos }) => costNanos)).toEqual([2_800_000n, null])
  })
})

const connectionsOf = (server: Server) =>
  new Promise<number>((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))))

describe('G24 a storage that fails', () => {
  const breakFile = (file: string) => {
    const database = new DatabaseSync(file, { timeout: 5_000 })
    database.exec('alter table idempotent_replies rename to gone')
    database.close()
  }

  test('refuses requests with the header, and no others', async () => {
    await using served = await serveOnce(numbered())
    breakFile(served.file)
    const told = await asked(served)
    expect([told.status, codeOf(told), told.headers['retry-after']]).toEqual([503, 'storage_unavailable', '1'])
    expect(served.service.requests).toHaveLength(0)
    expect((await asked(served, hello, {})).status).toBe(200)
  })

  test('is waited for, and nobody is asked for a client that left meanwhile', async () => {
    await using served = await serveOnce(numbered())
    const unlock = await lockApart(served.file)
    const leaving = new AbortController()
    const left = fetch(served.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json', ...key },
      body: JSON.stringify(hello),
      signal: leaving.signal
    })
    const waiting = asked(served, hello, { 'idempotency-key': 'other' })
    const { server } = served.gateway.app
    await until(async () => (await connectionsOf(server)) >= 2)
    leaving.abort()
    await expect(left).rejects.toThrow()
    await until(async () => (await connectionsOf(server)) === 1)
    await unlock()
    expect((await waiting).status).toBe(200)
    expect((await asked(served)).body).toContain('Answer 2')
    expect(served.service.requests).toHaveLength(2)
  })

  test.each([
    ['whole', hello],
    ['as a stream', { ...hello, stream: true }]
  ])('takes nobody the answer that is there: %s', async (_name, body) => {
    const answer = Promise.withResolvers<void>()
    const give = numbered()
    const lines: unknown[] = []
    const log = createLog({ level: 'error', redactor: createRedactor(), destination: { write: line => void lines.push(JSON.parse(line)) } })
    const respond = async (request: ReceivedRequest) => {
      await answer.promise
      return give(request)
    }
    await using served = await serveOnce(respond, { gateway: { log } })
    const first = asked(served, body)
    await served.service.received(1)
    breakFile(served.file)
    answer.resolve()
    const told = await first
    expect([told.status, told.body.includes('error')]).toEqual([200, false])
    expect(lines).toEqual([expect.objectContaining({ message: 'An answer could not be kept for its Idempotency-Key.' })])
  })
})

describe('G24 official clients', () => {
  test('of OpenAI wait for the answer that is on its way, and read a stream that is given again', async () => {
    const answer = Promise.withResolvers<void>()
    const give = numbered()
    await using served = await serveOnce(async request => {
      await answer.promise
      return give(request)
    })
    const ask = () => served.openai.chat.completions.create(hello, { headers: key })
    const first = ask()
    await served.service.received(1)
    const again = ask()
    await until(async () => (await asked(served)).status === 409)
    answer.resolve()
    // The client tries again by itself after a 409.
    expect((await again).id).toBe((await first).id)
    const stream = async () => {
      const chunks = await collect(
        await served.openai.chat.completions.create({ ...hello, stream: true }, { headers: { 'idempotency-key': 's' } })
      )
      return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
    }
    expect([await stream(), await stream()]).toEqual(['Answer 2', 'Answer 2'])
    expect(served.service.requests).toHaveLength(2)
  })

  test('of Anthropic read what is given again', async () => {
    await using served = await serveOnce(numbered())
    const anthropic = new Anthropic({ apiKey: served.key, baseURL: served.url })
    const ask = async () => (await anthropic.messages.stream(message, { headers: key }).finalMessage()).content
    expect(await ask()).toEqual([expect.objectContaining({ type: 'text', text: 'Answer 1' })])
    expect(await ask()).toEqual([expect.objectContaining({ type: 'text', text: 'Answer 1' })])
    expect(served.service.requests).toHaveLength(1)
  })
})

describe('G24 `resoftai serve`', () => {
  let sandbox: Sandbox
  beforeEach(() => void (sandbox = new Sandbox()))
  afterEach(() => sandbox.remove())

  test('keeps answers over its own end, however it comes', async () => {
    await using vendor = await fakeService(numbered())
    const ask = async ({ url }: Running, secret = '') =>
      readAll(
        await fetch(url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...key },
          body: JSON.stringify(hello)
        })
      )
    await using killed = await serveApart(sandbox, `${vendor.url}/v1`)
    const first = await ask(killed, killed.key)
    killed.signal('SIGKILL')
    await killed.ended
    await using running = await serveApart(sandbox, `${vendor.url}/v1`)
    const again = await ask(running, killed.key)
    expect([first.status, ownOf(again)]).toEqual([200, ownOf(first)])
    expect(vendor.requests).toHaveLength(1)
  }, 60_000)
})
