import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  cut,
  fakeService,
  flood,
  json,
  sse,
  stall,
  text,
  wait,
  type Answer,
  type ReceivedRequest,
  type Respond
} from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said, vendorError } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until, vendorKey } from './support.ts'
import { calling } from './tool-parts/support.ts'
import { traceService, type SentSpan, type TraceService } from './trace-service.ts'

interface Traced extends AsyncDisposable {
  readonly running: Running
  readonly traces: TraceService
  ask(path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>
}

interface TracedSetup {
  /** Beside `vendor`. */
  readonly providers?: object
  readonly routes?: object
  readonly telemetry?: object
  readonly env?: Readonly<Record<string, string>>
  readonly tools?: object
  /** A file beside the configuration. */
  readonly dotEnv?: string
  /** Others, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** How traces are answered. */
  readonly answer?: Respond
}

const soon = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_BSP_SCHEDULE_DELAY: '20' }

/** `resoftai serve`, a vendor, and where its traces go. */
async function serveTraced(
  respond: Respond,
  { providers = {}, env = {}, dotEnv = '', files = {}, answer, ...config }: TracedSetup = {}
): Promise<Traced> {
  const sandbox = new Sandbox()
  const price = { service: 'vendor', model: 'm1', source: 'set by hand', date: '2026-11-21', currency: 'USD', input: '2', output: '8' }
  mkdirSync(sandbox.home)
  writeFileSync(join(sandbox.home, 'prices.json'), JSON.stringify({ version: 1, prices: [price] }))
  for (const [name, content] of Object.entries({ ...files, '.env': dotEnv })) writeFileSync(join(sandbox.cwd, name), content)
  const [vendor, traces] = await Promise.all([fakeService(respond), traceService(answer)])
  const entry = { plugin: 'openai-compatible', api_base: vendor.url, api_key: vendorKey, default_model: 'm1', max_retries: 0 }
  const whole = { ...config, providers: { vendor: { ...entry, breaker: { failures: 0 } }, ...providers } }
  const running = await serveApart(sandbox, vendor.url, whole, { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, ...soon, ...env })
  return {
    running,
    traces,
    ask: (path, body, headers = {}) =>
      fetch(running.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) })
      }),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await Promise.all([vendor.close(), traces.close()])
      sandbox.remove()
    }
  }
}

const chat = '/v1/chat/completions'
const fine = { code: 0 }
const failed = { code: 2 }
const clientSpan = '00f067aa0ba902b7'

describe('of a gateway whose traces are taken', () => {
  let served: Traced
  let answer: Answer
  /** Given before it. */
  let answers: Answer[] = []
  let traceId: string
  beforeAll(async () => {
    const entry = { plugin: 'openai-compatible', api_key: 'k', max_retries: 0 }
    const ill = await fakeService(json(vendorError('down'), { status: 503 }))
    const good = await fakeService(sse([said('Hello'), finished()]))
    const made = await serveTraced(() => answers.shift() ?? answer, {
      providers: { ill: { ...entry, api_base: ill.url }, good: { ...entry, api_base: good.url } },
      routes: { fast: ['ill/a', 'good/b'] },
      env: { OTEL_SERVICE_NAME: 'front', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' }
    })
    served = {
      ...made,
      async [Symbol.asyncDispose]() {
        await made[Symbol.asyncDispose]()
        await Promise.all([ill.close(), good.close()])
      }
    }
  })
  afterAll(async () => served[Symbol.asyncDispose]())
  beforeEach(() => void (traceId = randomBytes(16).toString('hex')))

  const ask = (path: string, body?: object, headers: Readonly<Record<string, string>> = {}) =>
    served.ask(path, body, { traceparent: `00-${traceId}-${clientSpan}-01`, ...headers })
  const spans = () => served.traces.spans().filter(span => span.traceId === traceId)
  const find = async (name: string): Promise<SentSpan> => {
    await until(() => spans().some(span => span.name === name))
    return spans().find(span => span.name === name)!
  }
  const calls = () => spans().filter(({ kind }) => kind === 3)

  test('a call is a span below that of its request, which is below that of its client', async () => {
    const usage = { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50, prompt_tokens_details: { cached_tokens: 10 } }
    answer = json(completion('Hello', { id: 'reply-1', model: 'm1-2026', usage }))
    const response = await ask(chat, hello)
    expect(response.status).toBe(200)
    const request = await find(`POST ${chat}`)
    const call = await find('chat m1')
    expect(request).toMatchObject({ parentSpanId: clientSpan, kind: 2, status: fine })
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': chat,
      'url.path': chat,
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.response.status_code': 200,
      'resoftai.request_id': response.headers.get('x-resoftai-request-id'),
      'resoftai.key': 'default'
    })
    expect(call).toMatchObject({ parentSpanId: request.spanId, kind: 3, status: fine })
    expect(call.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'vendor',
      'gen_ai.request.model': 'm1',
      'gen_ai.response.model': 'm1-2026',
      'gen_ai.response.id': 'reply-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 30,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 10,
      'resoftai.attempts': 1
    })
    expect(request.resource).toMatchObject({ 'service.name': 'front', 'deployment.environment.name': 'test' })
    expect(request.resource).toHaveProperty(['service.version'])
  })

  test('a call that streams has the same, its time to the first chunk, and what it cost', async () => {
    const used = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }
    answer = sse([said('Hel'), said('lo'), finished(), used])
    await (await ask(chat, { ...hello, stream: true })).text()
    const { attributes, status, parentSpanId } = await find('chat m1')
    expect(status).toEqual(fine)
    expect(attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'vendor',
      'gen_ai.request.model': 'm1',
      'gen_ai.request.stream': true,
      'gen_ai.response.model': 'm1',
      'gen_ai.response.id': 'c1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': 3,
      'gen_ai.usage.output_tokens': 2,
      'resoftai.cost': 0.000022,
      'resoftai.cost.currency': 'USD',
      'resoftai.attempts': 1
    })
    expect((await find(`POST ${chat}`)).spanId).toBe(parentSpanId)
  })

  test('a call through a route is named by who answered, and has each try', async () => {
    await (await ask(chat, { ...hello, model: 'fast', stream: true })).text()
    const { attributes, events } = await find('chat b')
    expect(attributes).toMatchObject({
      'gen_ai.provider.name': 'good',
      'gen_ai.request.model': 'b',
      'resoftai.route': 'fast',
      'resoftai.attempts': 2
    })
    const took = { 'resoftai.attempt.duration_ms': expect.any(Number) }
    const first = {
      'gen_ai.provider.name': 'ill',
      'gen_ai.request.model': 'a',
      'http.response.status_code': 503,
      'error.type': 'overloaded',
      'resoftai.attempt.phase': 'body',
      ...took
    }
    const second = {
      'gen_ai.provider.name': 'good',
      'gen_ai.request.model': 'b',
      'resoftai.attempt.phase': 'done',
      'resoftai.attempt.why': 'fallback',
      ...took
    }
    expect(events).toMatchObject([first, second].map(one => ({ name: 'resoftai.attempt', attributes: one })))
    expect(events[1]?.attributes).not.toHaveProperty(['error.type'])
  })

  test('each of several replies has a span of its own', async () => {
    answer = json(completion('Hello'))
    await ask(chat, { ...hello, n: 3 })
    const { spanId } = await find(`POST ${chat}`)
    await until(() => calls().length === 3)
    for (const { parentSpanId, attributes } of calls()) expect([parentSpanId, attributes['resoftai.attempts']]).toEqual([spanId, 1])
  })

  test.each([
    ['/v1/messages', { max_tokens: 9 }],
    ['/v1/completions', { prompt: 'Hello', messages: undefined }]
  ])('a call by %s has one too', async (path, more) => {
    answer = json(completion('Hello'))
    expect((await ask(path, { ...hello, ...more })).status).toBe(200)
    const { parentSpanId } = await find('chat m1')
    expect((await find(`POST ${path}`)).spanId).toBe(parentSpanId)
  })

  test('embeddings are named so', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [1, 2] }]
    answer = json({ object: 'list', data, model: 'e1', usage: { prompt_tokens: 4, total_tokens: 4 } })
    expect((await ask('/v1/embeddings', { model: 'vendor/e1', input: 'Hello' })).status).toBe(200)
    const { attributes, events } = await find('embeddings e1')
    expect(attributes).toMatchObject({ 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 4, 'resoftai.attempts': 1 })
    expect(attributes).not.toHaveProperty(['gen_ai.response.finish_reasons'])
    expect(events).toHaveLength(1)
  })

  test('the chat backend names its conversation', async () => {
    answer = sse([said('Hello'), finished()])
    const response = await ask('/api/chat', { message: 'Hello', model: 'vendor/m1' })
    const { conversation_id: conversation } = (await response.json()) as { readonly conversation_id: string }
    const call = await find('chat m1')
    expect(call.attributes).toMatchObject({ 'gen_ai.conversation.id': conversation, 'resoftai.attempts': 1 })
    expect((await find('POST /api/chat')).spanId).toBe(call.parentSpanId)
  })

  test('a failure before the first byte is an error of both spans', async () => {
    answer = json(vendorError('down'), { status: 503 })
    expect((await ask(chat, hello)).status).toBe(503)
    const call = await find('chat m1')
    expect(call.status).toEqual(failed)
    expect(call.attributes).toMatchObject({ 'error.type': 'overloaded', 'gen_ai.response.finish_reasons': ['error'] })
    const request = await find(`POST ${chat}`)
    expect(request.status).toEqual(failed)
    expect(request.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': 'provider_overloaded' })
  })

  test('a failure in the middle of a stream is one too, though its status was 200', async () => {
    answer = sse([said('Hel'), wait(20), cut], { done: false })
    await (await ask(chat, { ...hello, stream: true })).text()
    expect(await find('chat m1')).toMatchObject({
      status: failed,
      attributes: { 'error.type': 'truncated', 'gen_ai.response.finish_reasons': ['error'] },
      events: [{ attributes: { 'resoftai.attempt.phase': 'body', 'error.type': 'truncated' } }]
    })
    expect(await find(`POST ${chat}`)).toMatchObject({
      status: failed,
      attributes: { 'http.response.status_code': 200, 'error.type': 'provider_truncated' }
    })
  })

  test('a reply that is left because another one failed is cancelled', async () => {
    const slow = Array.from({ length: 500 }, () => [said('x'), wait(20)]).flat()
    answers = [sse([said('Hel'), wait(50), cut], { done: false }), sse(slow)]
    await (await ask(chat, { ...hello, n: 2, stream: true })).text()
    await until(() => calls().length === 2)
    expect(calls().map(({ attributes }) => attributes['error.type'])).toEqual(expect.arrayContaining(['cancelled', 'truncated']))
  })

  test('a client that leaves ends both as cancelled', async () => {
    answer = sse([said('Hel'), stall], { done: false })
    const reader = (await ask(chat, { ...hello, stream: true })).body!.getReader()
    await reader.read()
    await reader.cancel()
    for (const name of ['chat m1', `POST ${chat}`]) {
      expect(await find(name)).toMatchObject({ status: failed, attributes: { 'error.type': 'cancelled' } })
    }
  })

  test('what a client does wrong is no error, and nothing of an address that is unknown is told', async () => {
    expect((await ask('/v1/models', undefined, { authorization: 'Bearer rk-unknown' })).status).toBe(401)
    const { status, attributes } = await find('GET /v1/models')
    expect(status).toEqual(fine)
    expect(attributes).toMatchObject({ 'http.response.status_code': 401 })
    expect(attributes).not.toHaveProperty(['error.type'])
    expect((await ask('/v1/unknown')).status).toBe(404)
    expect((await find('GET')).attributes).toEqual({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'http.response.status_code': 404,
      'resoftai.request_id': expect.any(String),
      'resoftai.key': 'default'
    })
    expect(calls()).toEqual([])
    const headers = { traceparent: `00-${traceId}-${clientSpan}-01` }
    await fetch(`${served.running.url}/health`, { method: 'PROPFIND', headers })
    expect((await find('HTTP')).attributes).toMatchObject({ 'http.request.method': '_OTHER' })
  })

  test('a client that does not want to be traced is not', async () => {
    answer = json(completion('Hello'))
    await ask(chat, hello, { traceparent: `00-${traceId}-${clientSpan}-00` })
    const untraced = traceId
    // Whatever was before it has arrived when this has.
    traceId = randomBytes(16).toString('hex')
    await ask(chat, hello)
    await find(`POST ${chat}`)
    expect(served.traces.spans().some(span => span.traceId === untraced)).toBe(false)
  })

  test.each([
    ['no parent', 'none'],
    ['another form', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01-more`],
    ['an id of zeros', `00-${'0'.repeat(32)}-${clientSpan}-01`]
  ])('a header with %s begins a trace of its own', async (_what, traceparent) => {
    const response = await ask('/health', undefined, { traceparent })
    const id = response.headers.get('x-resoftai-request-id')
    const own = () => served.traces.spans().find(({ attributes }) => attributes['resoftai.request_id'] === id)
    await until(() => own() !== undefined)
    expect(own()!.parentSpanId ?? '').toBe('')
    expect(own()!.traceId).not.toMatch(/^(a+|0+)$/)
  })
})

test('X07 no key, prompt or reply is in any byte that is sent', async () => {
  const spill = ({ headers }: ReceivedRequest): Answer => {
    const key = (headers['authorization'] ?? '').replace('Bearer ', '')
    return json(completion('a reply of its own', { id: `${'i'.repeat(190)}${key}`, model: `model ${btoa(key)}` }), {
      headers: { 'x-request-id': key }
    })
  }
  const secret = 'collector-secret-0123456789'
  await using served = await serveTraced(spill, { dotEnv: `OTEL_EXPORTER_OTLP_HEADERS="authorization=${secret}"` })
  const { key = '' } = served.running
  const question = { messages: [{ role: 'user', content: 'a question of its own' }], user: 'a user of its own' }
  for (const model of ['vendor/m1', `vendor/${key}`, key]) await served.ask(chat, { ...question, model })
  await served.ask('/api/chat', { message: 'a question of its own', system: 'a prompt of its own' })
  await served.ask(`/v1/models/${key}?key=${key}`, undefined, { 'user-agent': key, tracestate: `a=${key}`, baggage: `a=${key}` })
  await served.ask(`/${key}`)
  served.running.signal('SIGTERM')
  expect(await served.running.ended).toBe(0)
  expect(served.traces.requests.every(({ headers }) => headers['authorization'] === secret)).toBe(true)
  expect(served.traces.spans().filter(({ kind }) => kind === 3)).toHaveLength(3)
  const sent = served.traces.requests.map(({ body }) => body).join('\n')
  for (const word of [vendorKey, key, secret]) expect(sent).not.toContain(word.slice(4, -4))
  expect(sent).toContain('model [redacted]')
  // Nor the beginning of one.
  expect(sent).not.toMatch(/of its own|sk-canary/)
  expect(served.running.stderr()).not.toContain(secret)
})

describe('a tool', () => {
  const clock = `export default [
    { name: 'time', run: () => ({ time: 'a result of its own' }) },
    { name: 'throw', run() { throw new Error('a failure of its own') } },
    { name: 'hang', timeoutMs: 50, run: () => new Promise(() => {}) }
  ]`
  const tools = { tools: { clock: { module: './clock.mjs' } }, files: { 'clock.mjs': clock } }

  test.each(['/api/chat', '/api/chat/stream'])(
    'that an answer of %s runs is a span of its own, without what it is given and returns',
    async path => {
      const args = { city: 'an argument of its own' }
      await using served = await serveTraced(
        calling(['clock__time', args], ['clock__throw', args], ['clock__hang'], ['clock__none']),
        tools
      )
      const response = await served.ask(path, { message: 'Hi', model: 'vendor/m1' })
      expect(await response.text()).toContain('There is no tool')
      served.running.signal('SIGTERM')
      expect(await served.running.ended).toBe(0)
      const request = served.traces.spans().find(({ name }) => name === `POST ${path}`)!
      const of = (name: string, callId: string) => ({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': callId
      })
      const below = { kind: 1, traceId: request.traceId, parentSpanId: request.spanId }
      const spans = served.traces.spans().filter(({ name }) => name.startsWith('execute_tool'))
      expect(spans).toMatchObject([
        { ...below, name: 'execute_tool clock__time', status: fine },
        { ...below, name: 'execute_tool clock__throw', status: failed },
        { ...below, name: 'execute_tool clock__hang', status: failed }
      ])
      expect(spans.map(({ attributes }) => attributes)).toEqual([
        of('clock__time', 'call_0'),
        { ...of('clock__throw', 'call_1'), 'error.type': '_OTHER' },
        { ...of('clock__hang', 'call_2'), 'error.type': 'aborted' }
      ])
      expect(served.traces.requests.map(({ body }) => body).join('\n')).not.toContain('of its own')
    }
  )
})

test('nothing of a trace goes to a vendor', async () => {
  const seen: ReceivedRequest[] = []
  await using served = await serveTraced(request => {
    seen.push(request)
    return json(completion('Hello'))
  })
  await served.ask(chat, hello, { traceparent: `00-${'c'.repeat(32)}-${clientSpan}-01`, tracestate: 'a=b', baggage: 'c=d' })
  expect(Object.keys(seen[0]?.headers ?? {}).filter(name => /trace|baggage/.test(name))).toEqual([])
})

test('by default traces are sent as protobuf, and all that waits when the gateway stops', async () => {
  await using served = await serveTraced(json(completion('Hello')), {
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: '', OTEL_BSP_SCHEDULE_DELAY: '600000' }
  })
  for (let count = 0; count < 600; count++) await served.ask('/health')
  await served.ask(chat, hello)
  served.running.signal('SIGTERM')
  expect(await served.running.ended).toBe(0)
  const bodies = served.traces.requests.map(({ body }) => body)
  expect(served.traces.requests.every(({ headers }) => headers['content-type'] === 'application/x-protobuf')).toBe(true)
  expect(bodies.join('').split('GET /health').length - 1).toBe(600)
  expect(bodies.join('')).toContain('gen_ai.request.model')
})

test('the address may stand in the configuration, which wins', async () => {
  await using other = await traceService()
  await using first = await serveTraced(json(completion('Hello')), { telemetry: { endpoint: `${other.url}/base/` } })
  await first.ask('/health')
  await until(() => other.requests.length > 0)
  expect(other.requests[0]?.path).toBe('/base/v1/traces')
  expect(first.traces.requests).toEqual([])
})

const loadHook = `data:text/javascript,${encodeURIComponent(`
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { appendFileSync(process.env.LOADED, url + '\\n'); return next(url, context) } })
`)}`

jest.setTimeout(60_000)

test.each([
  ['nothing of OpenTelemetry is loaded without an address', '', 0],
  ['with one it is', 'http://127.0.0.1:9', 1]
])('%s', async (_what, address, least) => {
  const sandbox = new Sandbox()
  const loaded = join(sandbox.root, 'loaded')
  await using vendor = await fakeService(json(completion('Hello')))
  const env = { NODE_OPTIONS: `--import=${loadHook}`, LOADED: loaded, OTEL_EXPORTER_OTLP_ENDPOINT: address }
  await using running = await serveApart(sandbox, vendor.url, { gateway: { anonymous: true } }, env)
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(running.url + chat, { method: 'POST', headers, body: JSON.stringify(hello) })
  expect(response.status).toBe(200)
  const urls = readFileSync(loaded, 'utf8').split('\n')
  expect(urls.some(url => url.includes('/gateway/dist/'))).toBe(true)
  expect(Math.min(1, urls.filter(url => url.includes('opentelemetry')).length)).toBe(least)
  running.signal('SIGKILL')
  await running.ended
  sandbox.remove()
})

describe('an endpoint that', () => {
  test.each<[string, Respond | undefined, unknown]>([
    ['is not there', undefined, 'ECONNREFUSED'],
    ['answers 500', text('a word of its own', { status: 500 }), 500],
    ['answers 404', text('a word of its own', { status: 404 }), 404],
    ['breaks', { steps: [cut] }, 'ECONNRESET'],
    ['never answers', { steps: [stall] }, undefined],
    ['floods', { steps: [flood('x'.repeat(100_000))] }, undefined]
  ])('%s harms no request, and is told once', async (_what, answer, code) => {
    await using dead = await traceService()
    if (answer === undefined) await dead.close()
    await using served = await serveTraced(json(completion('Hello')), {
      ...(answer === undefined ? { telemetry: { endpoint: dead.url } } : { answer }),
      env: { OTEL_EXPORTER_OTLP_TIMEOUT: '300' }
    })
    const warnings = () => served.running.stderr().split('Traces cannot be sent').length - 1
    const asked = async () => expect((await served.ask('/health')).status).toBe(200)
    expect((await served.ask(chat, hello)).status).toBe(200)
    await until(async () => {
      await asked()
      return warnings() === 1
    })
    for (let count = 0; count < 20; count++) await asked()
    served.running.signal('SIGTERM')
    expect(await served.running.ended).toBe(0)
    expect(warnings()).toBe(1)
    const [line = ''] = served.running.stderr().match(/^.*Traces cannot.*$/m) ?? []
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', endpoint: expect.stringContaining('http://127.0.0.1:') })
    expect((JSON.parse(line) as { readonly code?: unknown }).code).toBe(code)
    expect(served.running.stderr()).not.toContain('of its own')
  })

  test('fails again after it worked is told again', async () => {
    let status = 400
    await using served = await serveTraced(json(completion('Hello')), { answer: () => text('', { status }) })
    const warnings = () => served.running.stderr().split('Traces cannot be sent').length - 1
    const untilTold = async (count: number) => {
      const { length } = served.traces.requests
      await until(async () => (await served.ask('/health')).ok && served.traces.requests.length > length + 2 && warnings() === count)
    }
    await untilTold(1)
    status = 200
    await untilTold(1)
    status = 400
    await untilTold(2)
  })
})
