import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json, sse, type ReceivedRequest } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, said, vendorError } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, vendorKey } from './support.ts'

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

interface Heard {
  readonly status: number
  /** Headers and body. */
  readonly text: string
}

async function ask(running: Running, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
  const response = await fetch(running.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  return { status: response.status, text: `${JSON.stringify([...response.headers])}\n${await response.text()}` }
}

/** All ways to write a secret that somebody could read it from. */
const tracesOf = (secret: string) => [
  secret,
  secret.slice(4, -4),
  encodeURIComponent(`${secret}/=`).slice(0, -6),
  Buffer.from(secret).toString('base64').slice(4, 24),
  Buffer.from(secret).toString('hex')
]

test('A24 a request writes no line of its own into the log', async () => {
  await using service = await fakeService(json(vendorError('line\n{"level":60}\u001b[31m'), { status: 500 }))
  await using running = await serveApart(sandbox, service.url, { log: { level: 'debug' } })
  const evil = 'x\n{"level":60,"msg":"forged"}\u001b[31m\r\u2028'
  await ask(running, '/v1/chat/completions', { ...hello, model: `vendor/${evil}`, user: evil })
  await ask(running, '/v1/chat/completions', { ...hello, model: evil })
  await ask(running, '/v1/chat/completions', { ...hello, messages: [{ role: evil, content: evil }] })
  await ask(running, `/v1/models/${encodeURIComponent(evil)}`)
  await ask(running, '/v1/models', undefined, { 'user-agent': 'x\t{"level":60}', 'x-request-id': '{"level":60}' })
  running.signal('SIGTERM')
  expect(await running.ended).toBe(0)
  const lines = running.stderr().split('\n').filter(Boolean)
  expect(lines.filter(line => line.includes('"requestId"')).length).toBeGreaterThanOrEqual(5)
  expect(lines.filter(line => line.startsWith('{"level":60') || !/^[{]|^\S/.test(line))).toEqual([])
  expect(running.stderr()).not.toContain('\u001b')
  expect(running.stderr()).not.toContain('\u2028')
})

describe("the gateway's key for a vendor, and the key of a client", () => {
  /** A vendor that throws the key back in every way it has. */
  function spill({ method, headers, body }: ReceivedRequest) {
    const key = (headers['authorization'] ?? '').replace('Bearer ', '')
    const { model = '' } = (method === 'POST' ? JSON.parse(body) : {}) as { readonly model?: string }
    const message = `The request with ${key} cannot be answered, see https://vendor.example/?key=${encodeURIComponent(key)}`
    const failure = vendorError(message, { code: key, param: key, type: key })
    const echo = { 'x-request-id': key, 'x-api-key': key, 'set-cookie': `key=${key}`, 'openai-organization': key }
    if (model === 'good') return json(completion('Hello'), { headers: echo })
    if (model === 'middle') return sse([said('Hel'), failure], { done: false, headers: echo })
    const statuses: Readonly<Record<string, number>> = {
      quota: 402,
      auth: 401,
      permission: 403,
      limit: 429,
      ill: 500,
      bad: 400,
      missing: 404
    }
    return json(failure, { status: statuses[model] ?? 503, headers: echo })
  }

  test('X01 X02 X07 X08 X10 are in no answer, no header, no log and no file', async () => {
    await using service = await fakeService(spill)
    await using running = await serveApart(sandbox, service.url, { log: { level: 'debug' } })
    const heard: Heard[] = []
    for (const model of ['good', 'middle', 'quota', 'auth', 'permission', 'limit', 'ill', 'bad', 'missing', 'other']) {
      for (const stream of [false, true]) {
        heard.push(await ask(running, '/v1/chat/completions', { ...hello, model: `vendor/${model}`, stream }))
        heard.push(await ask(running, '/v1/completions', { model: `vendor/${model}`, prompt: 'Hello', stream }))
      }
      heard.push(await ask(running, '/v1/embeddings', { model: `vendor/${model}`, input: 'Hello' }))
    }
    for (const path of ['/', '/health', '/ready', '/metrics', '/v1/models', '/v1/models/vendor/m1', '/openapi.json', '/docs', '/nowhere']) {
      heard.push(await ask(running, path))
    }
    const { stdout: admin } = await sandbox.run(['keys', 'create', 'root', '--admin'])
    heard.push(await ask(running, '/metrics', undefined, { authorization: `Bearer ${admin.trim()}` }))
    expect(heard.at(-1)).toMatchObject({ status: 200, text: expect.stringContaining('resoftai_') })
    // Where people put keys by mistake.
    const own = running.key ?? ''
    heard.push(await ask(running, '/v1/chat/completions', { ...hello, model: own, user: own }))
    heard.push(await ask(running, `/v1/models/${own}?key=${own}`))
    heard.push(await ask(running, `/${own}`))
    expect(new Set(heard.map(({ status }) => status)).size).toBeGreaterThan(4)
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(service.requests.every(({ headers }) => headers['authorization'] === `Bearer ${vendorKey}`)).toBe(true)

    const files = filesIn(sandbox.root).filter(file => !file.endsWith('resoftai.config.json'))
    expect(files.length).toBeGreaterThan(0)
    const kept = files.map(file => readFileSync(file, 'latin1')).join('\n')
    const told = heard.map(({ text }) => text).join('\n')
    for (const trace of tracesOf(vendorKey)) {
      expect(told).not.toContain(trace)
      expect(running.stdout()).not.toContain(trace)
      expect(running.stderr()).not.toContain(trace)
      expect(kept).not.toContain(trace)
    }
    for (const trace of tracesOf(own)) {
      expect(running.stderr()).not.toContain(trace)
      expect(kept).not.toContain(trace)
    }
    // Shown once, to whoever starts it.
    expect(running.stdout().split(own)).toHaveLength(2)
  })

  function filesIn(folder: string): readonly string[] {
    return readdirSync(folder).flatMap(name => {
      const file = join(folder, name)
      return statSync(file).isDirectory() ? filesIn(file) : [file]
    })
  }

  test('a conversation is in no line of the log', async () => {
    await using service = await fakeService(json(completion('an answer of its own')))
    await using running = await serveApart(sandbox, service.url, { log: { level: 'debug' } })
    const { status } = await ask(running, '/v1/chat/completions', {
      ...hello,
      messages: [{ role: 'user', content: 'a question of its own' }]
    })
    expect(status).toBe(200)
    running.signal('SIGTERM')
    await running.ended
    expect(running.stderr()).toContain('"requestId"')
    expect(running.stderr()).not.toMatch(/question of its own|answer of its own/)
  })
})
