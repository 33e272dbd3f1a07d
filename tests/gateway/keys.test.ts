import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf, newKey } from '@resoftai/gateway'
import { json, stall, type Step } from '@resoftai/sdk/testing'
import { completion } from '../faults/support.ts'
import { hello, serve, until, type Served } from './support.ts'

const path = '/v1/chat/completions'
const reply = json(completion('Hello'))

function send({ url }: Served, headers: Readonly<Record<string, string>>, address = path): Promise<Response> {
  return fetch(url + address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(hello) })
}

describe('A01', () => {
  test('whatever is no key is refused with the same answer', async () => {
    await using served = await serve(reply)
    const { key, storage } = served
    const { secret: revoked } = await served.makeKey({ name: 'revoked' })
    await storage.keys.revoke('revoked', Date.now())
    const { secret: expired } = await served.makeKey({ expiresAt: Date.now() - 1 })
    const bearer = (value: string) => ({ authorization: `Bearer ${value}` })
    const attempts: readonly (readonly [Readonly<Record<string, string>>, string?])[] = [
      [{}],
      [{ authorization: '' }],
      [bearer('')],
      [bearer('rk-wrong')],
      [bearer(newKey())],
      [bearer(revoked)],
      [bearer(expired)],
      [bearer(`Bearer ${key}`)],
      [bearer(`${key}, Bearer ${key}`)],
      [bearer(`${key} ${key}`)],
      [bearer(key.toLowerCase())],
      [bearer(key.slice(0, -1))],
      [bearer(`${key}x`)],
      [bearer(digestOf(key))],
      [{ authorization: key }],
      [{ authorization: `Basic ${btoa(`alice:${key}`)}` }],
      [{ 'x-api-key': '' }],
      [{ 'x-api-key': 'rk-wrong' }],
      [{ ...bearer(key), 'x-api-key': 'rk-wrong' }],
      [{ ...bearer('rk-wrong'), 'x-api-key': key }],
      [{ authorization: 'Basic x', 'x-api-key': key }],
      [{ cookie: `key=${key}; authorization=Bearer ${key}` }],
      [{}, `${path}?key=${key}&api_key=${key}&authorization=Bearer%20${key}`]
    ]
    const answers = await Promise.all(
      attempts.map(async ([headers, address]) => {
        const response = await send(served, headers, address)
        return { status: response.status, body: await response.text() }
      })
    )
    expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.status).toBe(401)
    expect(JSON.parse(answers.at(0)!.body)).toMatchObject({ error: { code: 'invalid_api_key', type: 'authentication_error', param: null } })
    expect(served.service.requests).toHaveLength(0)
    expect(await served.records()).toEqual([])
  })

  test('a key is accepted as Bearer in any case, or as x-api-key, or as both', async () => {
    await using served = await serve(reply)
    const { key } = served
    const ways = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { authorization: `BEARER   ${key}` },
      { 'x-api-key': key },
      { authorization: `Bearer ${key}`, 'x-api-key': key }
    ]
    for (const headers of ways) expect((await send(served, headers)).status).toBe(200)
  })

  test('a key that another process revokes is refused soon', async () => {
    await using served = await serve(reply)
    const { secret } = await served.makeKey({ name: 'bob' })
    const headers = { authorization: `Bearer ${secret}` }
    expect((await send(served, headers)).status).toBe(200)
    await served.storage.keys.revoke('bob', Date.now())
    await until(async () => (await send(served, headers)).status === 401)
  })
})

test('A05 a key, model, id or user that is SQL is only a text', async () => {
  await using served = await serve(reply)
  const evil = ["' or '1'='1", "'; drop table client_keys; --", '" or 1=1 --', '{"$gt":""}', '%', '*']
  for (const text of evil) {
    expect((await send(served, { authorization: `Bearer ${text}` })).status).toBe(401)
    expect((await send(served, { 'x-api-key': text })).status).toBe(401)
    expect((await served.ask(path, { ...hello, model: text })).status).toBe(404)
    expect((await served.ask(`/v1/models/${encodeURIComponent(text)}`)).status).toBe(404)
    expect((await served.ask(path, { ...hello, user: text })).status).toBe(200)
  }
  expect((await served.storage.keys.list()).map(({ name }) => name)).toEqual(['alice'])
})

test('A07 a dump of the database holds no key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-keys-'))
  try {
    let secrets: readonly string[]
    {
      await using served = await serve(reply, { storage: `sqlite:${join(folder, 'gateway.db')}` })
      secrets = [served.key, (await served.makeKey({ role: 'admin' })).secret]
      await send(served, { authorization: `Bearer ${served.key}` })
    }
    const files = readdirSync(folder).map(file => readFileSync(join(folder, file)))
    expect(files.length).toBeGreaterThan(0)
    for (const secret of secrets) {
      // 256 random bits.
      expect(Buffer.from(secret.slice('rk-'.length), 'base64url')).toHaveLength(32)
      for (const file of files) {
        expect(file.includes(secret)).toBe(false)
        expect(file.includes(secret.slice(10, 30))).toBe(false)
      }
      expect(files.some(file => file.includes(digestOf(secret)))).toBe(true)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('A06 keys are looked for by their digest and compared in constant time', () => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, '../../packages/gateway/src/guard', file), 'utf8')
  expect(read('digest.ts')).toContain('timingSafeEqual(a, b)')
  expect(read('key-ring.ts')).toContain('!isSameDigest(found.digest, digest)')
  expect(read('key-ring.ts')).toContain('this.#store.find(digest)')
})

describe('the models of a key', () => {
  test('are not gone round by a field in which a vendor is told another one', async () => {
    await using served = await serve(reply, { key: { models: ['vendor/m*'] } })
    const response = await served.ask(path, { ...hello, models: ['vendor/other'] })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_allowed', param: 'models' } })
    expect(served.service.requests).toHaveLength(0)
    expect((await served.ask(path, { ...hello, top_k: 5 })).status).toBe(200)
  })

  test('are the only ones that it may ask and see', async () => {
    await using served = await serve(reply, { key: { models: ['vendor/m*'] }, config: { routes: { fast: ['vendor/m1'] } } })
    expect((await served.ask(path, hello)).status).toBe(200)
    for (const model of ['fast', 'vendor/other', 'simulator/canned']) {
      const response = await served.ask(path, { ...hello, model })
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ error: { code: 'model_not_allowed', param: 'model' } })
    }
    expect((await served.ask('/v1/models/fast')).status).toBe(404)
    const { data } = (await (await served.ask('/v1/models')).json()) as { readonly data: readonly { readonly id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['vendor/m1'])
  })
})

describe('A18 the limits of a key', () => {
  test('let exactly 50 of 200 parallel calls pass at 50 a minute', async () => {
    await using served = await serve(reply, { key: { requestsPerMinute: 50 } })
    const answers = await Promise.all(Array.from({ length: 200 }, () => served.ask(path, hello)))
    const passed = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 429)
    expect([passed.length, refused.length]).toEqual([50, 150])
    expect(served.service.requests).toHaveLength(50)
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.at(0)!.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } })
    // Another key has a limit of its own.
    const { secret } = await served.makeKey({ name: 'bob', requestsPerMinute: 1 })
    expect((await served.ask(path, hello, { authorization: `Bearer ${secret}` })).status).toBe(200)
  })

  test('let so many calls run at once, streams too, and give the place back', async () => {
    let go = Promise.withResolvers<void>()
    const hold: Step = () => go.promise
    await using served = await serve({ ...reply, steps: [hold, ...reply.steps] }, { key: { parallel: 3 } })
    let refused = 0
    const running = Array.from({ length: 10 }, async () => {
      const { status } = await served.ask(path, hello)
      if (status === 429) refused++
      return status
    })
    await served.service.received(3)
    await until(() => refused === 7)
    go.resolve()
    const statuses = (await Promise.all(running)).toSorted((a, b) => a - b)
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429, 429, 429])
    go = Promise.withResolvers()
    go.resolve()
    expect((await served.ask(path, hello)).status).toBe(200)
  })

  test('end with the tokens of a minute', async () => {
    await using served = await serve(reply, { key: { tokensPerMinute: 8 } })
    // Each uses 5.
    expect((await served.ask(path, hello)).status).toBe(200)
    expect((await served.ask(path, hello)).status).toBe(200)
    expect((await served.ask(path, hello)).status).toBe(429)
  })

  test('count a call that the client left', async () => {
    await using served = await serve({ steps: [stall] }, { key: { parallel: 1, requestsPerMinute: 1 } })
    const controller = new AbortController()
    const left = fetch(served.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(hello),
      signal: controller.signal
    })
    left.catch(() => {})
    await served.service.received(1)
    controller.abort()
    await until(async () => (await served.records()).length === 1)
    expect((await served.ask(path, hello)).status).toBe(429)
  })
})
