import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { createLog, createRedactor } from '@resoftai/core'
import { cut, fakeService, json, sse, stall, wait, type Respond } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said, vendorError } from '../faults/support.ts'
import { serveApart } from './serve-process.ts'
import { hello, serve, until, vendorKey, type Served, type Setup } from './support.ts'
import { serveWithChat } from './with-chat.ts'

jest.setTimeout(60_000)

interface Line extends Readonly<Record<string, unknown>> {
  readonly message: string
}

/** A gateway, and the lines of its log. */
async function serveLogged(respond: Respond, setup: Setup = {}, open = serve) {
  const lines: Line[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) }
  const log = createLog({ level: 'info', redactor: createRedactor(), destination })
  const served = await open(respond, { ...setup, gateway: { log } })
  const find = async (message: string) => {
    await until(() => lines.some(line => line.message === message))
    return lines.filter(line => line.message === message)
  }
  return { ...served, lines, find }
}

/** No vendor is listened to, and each of two calls is in the ledger. */
async function expectAllLeft(served: Served): Promise<void> {
  await until(() => served.service.openSockets() === 0)
  await until(async () => (await served.records()).length === 2)
}

const prompt = 'a question of its own'
const broken = sse([said('an answer of its own'), wait(20), cut], { done: false })

describe('a stream that fails after its first event', () => {
  test.each([
    ['/v1/chat/completions', { messages: [{ role: 'user', content: prompt }] }],
    ['/v1/completions', { prompt }],
    ['/v1/messages', { messages: [{ role: 'user', content: prompt }], max_tokens: 9 }]
  ])('of %s is told by one line of its own, and by the line of the request', async (path, body) => {
    await using served = await serveLogged(broken)
    const response = await served.ask(path, { model: 'vendor/m1', stream: true, ...body })
    expect(await response.text()).toContain('provider_truncated')
    const requestId = response.headers.get('x-resoftai-request-id')
    expect(await served.find('request')).toMatchObject([
      { requestId, route: path, status: 200, provider: 'vendor', model: 'm1', failed: 'provider_truncated' }
    ])
    const words = { level: 'warn', time: expect.any(String), message: 'A provider failed.' }
    expect(await served.find('A provider failed.')).toEqual([
      { ...words, requestId, kind: 'truncated', code: 'closed', provider: 'vendor' }
    ])
    expect(JSON.stringify(served.lines)).not.toMatch(/of its own/)
  })

  test('with an error of the vendor names its status and code, and none of its words', async () => {
    const failure = vendorError(`no answer to ${prompt} with ${vendorKey}`, { code: 500, type: 'server_error' })
    await using served = await serveLogged(sse([said('Hel'), failure], { done: false }))
    await (await served.ask('/v1/chat/completions', { ...hello, stream: true })).text()
    const [line] = await served.find('A provider failed.')
    expect(line).toMatchObject({ kind: 'server', provider: 'vendor' })
    expect(JSON.stringify(served.lines)).not.toMatch(/of its own|canary/)
  })

  test('is told once for all of its replies', async () => {
    await using served = await serveLogged([sse([said('Hel'), wait(200), said('lo'), finished()]), broken])
    await (await served.ask('/v1/chat/completions', { ...hello, n: 2, stream: true })).text()
    await served.find('request')
    expect(await served.find('A provider failed.')).toHaveLength(1)
  })

  test('is told at once, and is the end, though another of its replies is silent', async () => {
    await using served = await serveLogged([sse([said('Hel'), stall], { done: false }), broken])
    const text = await (await served.ask('/v1/chat/completions', { ...hello, n: 2, stream: true })).text()
    expect(text).toMatch(/"content":"Hel".*data: \{"error":\{[^\n]*"provider_truncated"[^\n]*\}\n\n$/s)
    expect(await served.find('request')).toMatchObject([{ status: 200, failed: 'provider_truncated' }])
    await expectAllLeft(served)
  })

  test('through a route names who failed', async () => {
    await using served = await serveLogged(broken, { config: { routes: { fast: ['vendor/m1'] } } })
    await (await served.ask('/v1/chat/completions', { ...hello, model: 'fast', stream: true })).text()
    expect(await served.find('A provider failed.')).toMatchObject([{ provider: 'vendor', kind: 'truncated' }])
    expect(await served.find('request')).toMatchObject([{ provider: 'vendor', model: 'm1', failed: 'provider_truncated' }])
  })
})

test.each([
  ['that fails before its first event', true],
  ['that is wanted whole and fails', false]
])('a reply %s is told at once, though another one is silent', async (_what, stream) => {
  const down = json(vendorError('down'), { status: 503 })
  await using served = await serveLogged([{ steps: [stall] }, down], { settings: { max_retries: 0 } })
  const response = await served.ask('/v1/chat/completions', { ...hello, n: 2, stream })
  expect([response.status, await response.json()]).toMatchObject([503, { error: { code: 'provider_overloaded' } }])
  await expectAllLeft(served)
})

describe('who answers', () => {
  test('a stream through a route says with its first byte who answers, after another failed', async () => {
    await using other = await fakeService(json(vendorError('down'), { status: 503 }))
    const ill = { plugin: 'openai-compatible', api_base: `${other.url}/v1`, api_key: 'k', max_retries: 0 }
    await using served = await serveLogged(sse([said('Hello'), finished()]), {
      config: { providers: { ill }, routes: { fast: ['ill/a', 'vendor/m1'] } }
    })
    const response = await served.ask('/v1/chat/completions', { ...hello, model: 'fast', stream: true })
    expect([response.headers.get('x-resoftai-provider'), response.headers.get('x-resoftai-model')]).toEqual(['vendor', 'm1'])
    expect(await response.text()).toContain('[DONE]')
    const [line] = await served.find('request')
    expect(line).toMatchObject({ provider: 'vendor', model: 'm1' })
    expect(line).not.toHaveProperty('failed')
  })

  test('embeddings say it too', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [1, 2] }]
    await using served = await serveLogged(json({ object: 'list', data, model: 'e1', usage: { prompt_tokens: 1, total_tokens: 1 } }))
    const response = await served.ask('/v1/embeddings', { model: 'vendor/e1', input: 'Hello' })
    expect([response.status, response.headers.get('x-resoftai-provider')]).toEqual([200, 'vendor'])
    expect(await served.find('request')).toMatchObject([{ provider: 'vendor', model: 'e1' }])
  })

  test('a request that fails before its first byte names the provider and the code too', async () => {
    await using served = await serveLogged(json(vendorError('down'), { status: 503 }), { settings: { max_retries: 0 } })
    const response = await served.ask('/v1/chat/completions', { ...hello, stream: true })
    expect(response.status).toBe(503)
    expect(await served.find('request')).toMatchObject([{ status: 503, provider: 'vendor', failed: 'provider_overloaded' }])
    expect(await served.find('A provider failed.')).toHaveLength(1)
  })
})

test('what is wrong with a request is no line but its own', async () => {
  await using served = await serveLogged(json(completion('Hello')))
  expect((await served.ask('/v1/chat/completions', { ...hello, messages: 1 })).status).toBe(400)
  expect(await served.find('request')).toMatchObject([{ status: 400, failed: 'invalid_request' }])
  expect(served.lines).toHaveLength(1)
})

describe('the chat backend', () => {
  let sandbox: Sandbox
  beforeEach(() => void (sandbox = new Sandbox()))
  afterEach(() => sandbox.remove())

  test('tells of it in the line of a client that came back, too', async () => {
    const gate = Promise.withResolvers<void>()
    const answer = sse([said('Hel'), () => gate.promise, cut], { done: false })
    await using served = await serveLogged(answer, {}, serveWithChat)
    const lost = await served.ask('/api/chat/stream', { message: prompt, model: 'vendor/m1' })
    const { value } = await lost.body!.getReader().read()
    const [, run] = /"run":"([^"]+)"/.exec(Buffer.from(value!).toString()) ?? []
    const back = await served.ask(`/api/chat/stream/${run}`)
    gate.resolve()
    expect(await back.text()).toContain('provider_truncated')
    const again = await served.ask(`/api/chat/stream/${run}`)
    expect(await again.text()).toContain('provider_truncated')
    await until(() => served.lines.filter(({ message }) => message === 'request').length === 3)
    const [first, ...rest] = await served.find('request')
    expect(first).not.toHaveProperty('failed')
    const line = { route: '/api/chat/stream/:run', status: 200, failed: 'provider_truncated' }
    expect(rest).toMatchObject([line, line])
    expect(await served.find('A provider failed.')).toHaveLength(1)
  })

  test('tells of a streamed answer that fails, once', async () => {
    await using service = await fakeService(broken)
    await using running = await serveApart(sandbox, service.url, { log: { level: 'info' }, routes: { fast: ['vendor/m1'] } })
    const response = await fetch(`${running.url}/api/chat/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message: prompt, model: 'fast' })
    })
    expect(await response.text()).toContain('provider_truncated')
    await until(() => running.stderr().includes('"route":"/api/chat/stream"'))
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
    const lines = running
      .stderr()
      .match(/^\{.*\}$/gm)!
      .map(line => JSON.parse(line) as Line)
    const requestId = response.headers.get('x-resoftai-request-id')
    const own = lines.filter(line => line['requestId'] === requestId)
    expect(own).toMatchObject([
      { message: 'A provider failed.', kind: 'truncated', provider: 'vendor' },
      { message: 'request', status: 200, provider: 'vendor', model: 'm1', failed: 'provider_truncated' }
    ])
    expect(running.stderr()).not.toMatch(/of its own/)
  })
})
