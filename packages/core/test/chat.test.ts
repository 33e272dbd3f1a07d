import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { collect, isProviderError, type ChatEvent, type ProviderError } from '@resoftai/sdk'
import { comments, cut, fakeService, headers, json, raw, reset, sse, stall, text, wait, write, type Respond } from '@resoftai/sdk/testing'
import { simpleDialect } from './simple-dialect.ts'
import { secret, start, type TestSettings } from './started.ts'

const ask = { messages: [{ role: 'user' as const, content: 'hello' }] }
const hello = sse([{ text: 'Hel' }, { text: 'lo' }, { end: 'stop' }, { tokens: 2 }])

async function serve(respond: Respond, settings?: TestSettings) {
  const service = await fakeService(respond)
  const started = start(simpleDialect(service.url), service.url, settings)
  return {
    ...started,
    service,
    async [Symbol.asyncDispose]() {
      await started.transport.close()
      await service.close()
    }
  }
}

async function read(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const seen: ChatEvent[] = []
  // This vendor reports half of what it used, or nothing; what the host estimates has tests of its own.
  for await (const event of events) if (event.type !== 'usage' || event.usage.estimated !== true) seen.push(event)
  return seen
}

async function failure(promise: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await promise.then(
    value => new Error(`expected a failure, got ${inspect(value)}`),
    (reason: unknown) => reason
  )
  if (!isProviderError(error)) throw error
  return error
}

describe('a chat', () => {
  test('streams events and ends with the one finish, behind the usage that followed it', async () => {
    await using host = await serve(hello)
    expect(await read(host.client.stream(ask))).toEqual([
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      { type: 'usage', usage: { outputTokens: 2 } },
      { type: 'finish', reason: 'stop' }
    ])
    expect(host.service.requests[0]?.headers['authorization']).toBe(`Bearer ${secret}`)
  })

  test('is the same when asked for whole', async () => {
    await using host = await serve(json({ text: 'Hello', end: 'stop', tokens: 2 }))
    const reply = await host.client.chat(ask)
    expect(reply).toMatchObject({ content: 'Hello', finishReason: 'stop', usage: { outputTokens: 2 }, cost: null, model: 'm1' })
    expect(reply.attempts).toEqual([expect.objectContaining({ provider: 'test', model: 'm1', phase: 'done' })])
  })

  test('has no cost where the price is not known, and says so once for each model', async () => {
    await using host = await serve(json({ text: 'Hello', end: 'stop' }), { isForeign: true })
    const warning = 'The cost of this reply is not known. There are no prices here.'
    const replies = [await host.client.chat(ask), await host.client.chat(ask), await host.client.chat({ ...ask, model: 'm2' })]
    expect(replies.map(({ cost, warnings }) => [cost, warnings])).toEqual([
      [null, [warning]],
      [null, []],
      [null, [warning]]
    ])
    expect(host.lines.filter(line => line.includes('the cost of replies is not known'))).toHaveLength(2)
  })

  test('tells what could not be said as a warning', async () => {
    await using host = await serve(json({ text: 'x', end: 'stop' }))
    expect((await host.client.chat({ ...ask, seed: 1 })).warnings).toEqual(['seed is not supported'])
  })

  test('reads JSON that answers a stream (N32) and a stream that answers a whole call (N33)', async () => {
    await using asJson = await serve(json({ text: 'Hello', end: 'stop' }))
    expect((await read(asJson.client.stream(ask))).at(0)).toEqual({ type: 'text', text: 'Hello' })
    await using asStream = await serve(hello)
    expect((await asStream.client.chat(ask)).content).toBe('Hello')
  })

  test('reads a JSON body that calls itself an event stream', async () => {
    await using host = await serve(
      text(JSON.stringify({ text: 'Hello', end: 'stop' }, null, 2), { headers: { 'content-type': 'text/event-stream' } })
    )
    expect(await read(host.client.stream(ask))).toEqual([
      { type: 'text', text: 'Hello' },
      { type: 'finish', reason: 'stop' }
    ])
  })

  test('N35 reads a stream without a content type', async () => {
    await using host = await serve({ steps: [write('data: {"text":"你好"}\n\ndata: {"end":"stop"}\n\n')] })
    expect((await read(host.client.stream(ask))).at(0)).toEqual({ type: 'text', text: '你好' })
  })

  test('S08 is the same text whatever the chunks are', async () => {
    for (const chunkBytes of [1, 2, 3, 7]) {
      await using host = await serve(sse([{ text: '你好 😀' }, { end: 'stop' }], { chunkBytes, eol: '\r\n' }))
      expect((await read(host.client.stream(ask))).at(0)).toEqual({ type: 'text', text: '你好 😀' })
    }
  })

  test('accepts a last event without its blank line, and does not deliver half of one (N14)', async () => {
    await using whole = await serve({
      headers: { 'content-type': 'text/event-stream' },
      steps: [write('data: {"text":"a"}\n\ndata: {"end":"stop"}')]
    })
    expect((await read(whole.client.stream(ask))).at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    await using half = await serve({
      headers: { 'content-type': 'text/event-stream' },
      steps: [write('data: {"text":"a"}\n\ndata: {"text":"b')]
    })
    expect(await failure(read(half.client.stream(ask)))).toMatchObject({ kind: 'truncated', partial: 'a' })
  })
})

describe('a finished reply', () => {
  test('goes on when the vendor gives a reason with every piece, and ends with the last one, however long the pauses between them', async () => {
    const pieces = [{ text: 'a', end: 'stop' }, { text: 'b', end: 'stop' }, wait(3_200), { text: 'c', end: 'length' }]
    await using host = await serve(sse(pieces, { done: false }))
    const reply = await collect(host.client.stream(ask))
    expect(reply).toMatchObject({ content: 'abc', finishReason: 'length', warnings: [] })
  })

  test.each<[string, Respond]>([
    ['whose connection breaks off', sse([{ text: 'a' }, { end: 'stop' }, wait(20), reset])],
    ['whose vendor neither ends it nor closes', sse([{ text: 'a' }, { end: 'stop' }, stall])],
    ['whose body is cut behind it', sse([{ text: 'a' }, { end: 'stop' }, cut], { done: false })]
  ])('%s is finished, with a warning', async (_what, respond) => {
    await using host = await serve(respond)
    const events = await read(host.client.stream(ask))
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(events.map(event => event.type)).toEqual(['text', 'warning', 'finish'])
    await sleep(300)
    expect(host.service.openSockets()).toBe(0)
  })

  test('is no stall, however short the limit', async () => {
    await using host = await serve(sse([{ text: 'a' }, { end: 'stop' }, stall]), { stallTimeoutMs: 100 })
    expect((await read(host.client.stream(ask))).at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  })

  test('can be cancelled while it waits for its end', async () => {
    await using host = await serve(sse([{ text: 'a' }, { end: 'stop' }, stall]))
    const controller = new AbortController()
    const failing = failure(read(host.client.stream(ask, { signal: controller.signal })))
    await host.service.received(1)
    await sleep(100)
    controller.abort()
    expect((await failing).kind).toBe('cancelled')
  })
})

describe('a chat that fails', () => {
  test('N13 a stream that just ends is truncated, with what had arrived', async () => {
    await using host = await serve(sse([{ text: 'Hel' }], { done: false }))
    const error = await failure(read(host.client.stream(ask)))
    expect(error).toMatchObject({ kind: 'truncated', partial: 'Hel', provider: 'test', model: 'm1' })
    expect(error.attempts).toEqual([expect.objectContaining({ phase: 'body', kind: 'truncated' })])
    expect(host.service.requests).toHaveLength(1)
  })

  test('N12 a reset after content is no silent success and no repeat', async () => {
    await using host = await serve({
      headers: { 'content-type': 'text/event-stream' },
      steps: [write('data: {"text":"Hel"}\n\n'), wait(30), reset]
    })
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'network', code: 'reset', partial: 'Hel' })
    expect(host.service.requests).toHaveLength(1)
  })

  test('N09 a reset before any answer is repeated', async () => {
    await using host = await serve([raw(reset), hello])
    expect((await host.client.chat(ask)).content).toBe('Hello')
    expect(host.service.requests).toHaveLength(2)
  })

  test('N13 a stream that ends before its first content is repeated', async () => {
    await using host = await serve([sse([{ tokens: 1 }], { done: false }), hello])
    expect((await read(host.client.stream(ask))).filter(event => event.type === 'text')).toHaveLength(2)
  })

  test('N11 a body cut in the middle is never an answer', async () => {
    await using host = await serve({
      headers: { 'content-type': 'application/json', 'content-length': '500' },
      steps: [write('{"text":"Hello"'), cut]
    })
    const error = await failure(host.client.chat(ask))
    expect(error.kind).toMatch(/truncated|network/)
    expect(error.attempts).toHaveLength(3)
  })

  test('N17 an empty stream is an error', async () => {
    await using host = await serve(sse([], { done: false }), { maxRetries: 0 })
    expect((await failure(read(host.client.stream(ask)))).kind).toBe('protocol')
  })

  test('N30 a web page with 200 says to check api_base', async () => {
    await using host = await serve(text('<!doctype html><title>Login</title>', { headers: { 'content-type': 'text/html' } }))
    expect(await failure(host.client.chat(ask))).toMatchObject({
      kind: 'protocol',
      code: 'html',
      hint: expect.stringContaining('api_base')
    })
    expect(host.service.requests).toHaveLength(1)
  })

  test('S11 an unreadable event names its number', async () => {
    await using host = await serve(sse([{ text: 'a' }, '{not json']))
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'protocol', message: expect.stringContaining('Event 2') })
  })

  test('an error inside the stream keeps what had arrived', async () => {
    await using host = await serve(sse([{ text: 'a' }, { error: 'overloaded' }]))
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'overloaded', partial: 'a' })
  })

  test('H20 the vendor code wins over the status', async () => {
    await using host = await serve(json({ code: 'poor' }, { status: 429 }))
    expect(await failure(host.client.chat(ask))).toMatchObject({ kind: 'quota', status: 429, retryable: false })
    expect(host.service.requests).toHaveLength(1)
  })

  test('N34 an error body with status 200 is an error', async () => {
    await using host = await serve(json({ code: 'poor' }))
    expect((await failure(host.client.chat(ask))).kind).toBe('quota')
    expect((await failure(read(host.client.stream(ask)))).kind).toBe('quota')
  })

  test.each([
    [401, 'auth', 1],
    [403, 'permission', 1],
    [404, 'not_found', 1],
    [400, 'bad_request', 1],
    [402, 'quota', 1],
    [429, 'rate_limit', 3],
    [500, 'server', 3],
    [503, 'overloaded', 3],
    [529, 'overloaded', 3],
    [501, 'server', 1]
  ])('status %i is %s after %i calls', async (status, kind, calls) => {
    await using host = await serve(json({}, { status, headers: { 'retry-after-ms': '100' } }))
    const error = await failure(host.client.chat(ask))
    expect(error).toMatchObject({ kind, status })
    expect(host.service.requests).toHaveLength(calls)
    expect(error.attempts).toHaveLength(calls)
  })

  test('H25 x-should-retry is obeyed', async () => {
    await using never = await serve(json({}, { status: 500, headers: { 'x-should-retry': 'false' } }))
    await failure(never.client.chat(ask))
    expect(never.service.requests).toHaveLength(1)
    await using always = await serve([json({}, { status: 400, headers: { 'x-should-retry': 'true' } }), hello])
    expect((await always.client.chat(ask)).content).toBe('Hello')
  })

  test('H18 a wait that does not fit fails at once', async () => {
    await using host = await serve(json({}, { status: 429, headers: { 'retry-after': '3600' } }))
    expect(await failure(host.client.chat(ask))).toMatchObject({ kind: 'rate_limit', retryAfterMs: 3_600_000 })
    expect(host.service.requests).toHaveLength(1)
  })

  test('N34 is read by its code also where the API only streams, and whatever the content type says', async () => {
    await using service = await fakeService([json({ code: 'poor' }), text('{"code":"poor"}', { headers: { 'content-type': 'text/html' } })])
    const dialect = simpleDialect(service.url)
    Reflect.deleteProperty(dialect, 'decode')
    await using host = start(dialect, service.url)
    for (let count = 0; count < 2; count++) expect((await failure(read(host.client.stream(ask)))).kind).toBe('quota')
  })

  test('N30 a web page that never ends is a stall, not a wait for the deadline', async () => {
    await using host = await serve(
      { headers: { 'content-type': 'text/html' }, steps: [write('<!doctype html>'), stall] },
      { stallTimeoutMs: 100, maxRetries: 0 }
    )
    expect((await failure(host.client.chat(ask))).kind).toBe('stalled')
  })

  test('N41 a redirect is not followed', async () => {
    await using other = await fakeService(hello)
    await using host = await serve(json({}, { status: 307, headers: { location: `${other.url}/elsewhere` } }))
    expect(await failure(host.client.chat(ask))).toMatchObject({ kind: 'protocol', code: 'redirect' })
    expect(other.requests).toHaveLength(0)
  })

  test('N39 an endless line is too large', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    await using host = await serve({
      headers: { 'content-type': 'text/event-stream' },
      steps: [write('data: '), ...Array.from({ length: 20 }, () => write(megabyte))]
    })
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'protocol', code: 'too_large' })
    expect(host.service.requests).toHaveLength(1)
  })

  test('N05 a refused connection is named and bounded', async () => {
    const service = await fakeService(hello)
    await service.close()
    await using host = start(simpleDialect(service.url), service.url, { maxRetries: 1 })
    const error = await failure(host.client.chat(ask))
    expect(error).toMatchObject({ kind: 'network', code: 'connect' })
    expect(error.attempts.map(attempt => attempt.phase)).toEqual(['connect', 'connect'])
  })

  test('a plugin may send to allowed hosts only', async () => {
    await using other = await fakeService(hello)
    const dialect = simpleDialect(other.url)
    await using host = start(dialect, 'http://127.0.0.1:1')
    expect(await failure(host.client.chat(ask))).toMatchObject({ kind: 'permission', code: 'host_not_allowed' })
    expect(other.requests).toHaveLength(0)
  })

  test('X08 a vendor that echoes the key does not get it shown', async () => {
    await using host = await serve(json({ message: `Incorrect API key provided: ${secret}` }, { status: 401 }))
    const error = await failure(host.client.chat(ask))
    for (const shown of [error.message, error.stack, inspect(error, { depth: 10 }), JSON.stringify(error), host.lines.join('')]) {
      expect(shown).not.toContain(secret)
    }
    expect(error.hint).toContain('api_key: variable TEST_API_KEY')
  })

  test('A11 a header that could smuggle another one in is refused before a byte is sent', async () => {
    await using host = await serve(hello)
    for (const bad of [{ 'x-a': 'b\r\nx-c: d' }, { Authorization: 'mine' }, { 'x y': 'z' }, { 'X-A': '1', x_a: '2' }]) {
      expect((await failure(host.client.chat({ ...ask, headers: bad as unknown as Record<string, string> }))).kind).toBe('bad_request')
    }
    expect(host.service.requests).toHaveLength(0)
  })
})

describe('a chat that takes too long', () => {
  test('N18 no answer at all is a first-byte time-out, and the connection is closed', async () => {
    await using host = await serve({ steps: [stall] }, { timeoutMs: 100, maxRetries: 0 })
    expect(await failure(host.client.chat(ask))).toMatchObject({ kind: 'timeout', code: 'first_byte' })
    await sleep(50)
    expect(host.service.openSockets()).toBe(0)
  })

  test('N20 a stall between events', async () => {
    await using host = await serve(sse([{ text: 'a' }, stall]), { stallTimeoutMs: 100 })
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'stalled', partial: 'a' })
    await sleep(50)
    expect(host.service.openSockets()).toBe(0)
  })

  test('N21 comments are no progress', async () => {
    await using host = await serve(sse([{ text: 'a' }, comments(20)]), { stallTimeoutMs: 200 })
    expect((await failure(read(host.client.stream(ask)))).kind).toBe('stalled')
  })

  test('N22 empty pieces are no progress', async () => {
    const empty = Array.from({ length: 100 }, () => [wait(20), { text: '' }]).flat()
    await using host = await serve(sse([{ text: 'a' }, ...empty]), { stallTimeoutMs: 200 })
    expect((await failure(read(host.client.stream(ask)))).kind).toBe('stalled')
  })

  test('N24 reasoning has a limit of its own', async () => {
    await using host = await serve(sse([{ think: 'hm' }, wait(300), { text: 'a' }, { end: 'stop' }]), {
      stallTimeoutMs: 100,
      reasoningStallTimeoutMs: 5_000
    })
    expect((await read(host.client.stream(ask))).at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  })

  test('N24 the limit of text holds again when the reasoning is over', async () => {
    await using host = await serve(sse([{ think: 'hm' }, { text: 'a' }, stall]), { stallTimeoutMs: 100, reasoningStallTimeoutMs: 60_000 })
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'stalled', partial: 'a' })
  })

  test('a reader that takes its time is no stall', async () => {
    await using host = await serve(hello, { stallTimeoutMs: 100 })
    let words = ''
    for await (const event of host.client.stream(ask)) {
      await sleep(150)
      if (event.type === 'text') words += event.text
    }
    expect(words).toBe('Hello')
  })

  test('N26 the whole call has a deadline', async () => {
    const drip = Array.from({ length: 100 }, () => [wait(30), { text: '.' }]).flat()
    await using host = await serve(sse(drip), { deadlineMs: 200 })
    expect(await failure(read(host.client.stream(ask)))).toMatchObject({ kind: 'timeout', code: 'total' })
  })
})

describe('leaving a chat', () => {
  test.each<[string, Respond]>([
    ['before the answer begins', { steps: [stall] }],
    ['before the first event', { headers: { 'content-type': 'text/event-stream' }, steps: [headers, stall] }],
    ['between events', sse([{ text: 'a' }, stall])],
    ['while waiting to try again', json({}, { status: 503, headers: { 'retry-after': '5' } })]
  ])('by a signal %s closes the connection', async (_name, respond) => {
    await using host = await serve(respond)
    const controller = new AbortController()
    const failing = failure(read(host.client.stream(ask, { signal: controller.signal })))
    await host.service.received(1)
    await sleep(30)
    controller.abort()
    expect((await failing).kind).toBe('cancelled')
    await sleep(50)
    expect(host.service.requests).toHaveLength(1)
    expect(host.provider.running.size).toBe(0)
    if (_name !== 'while waiting to try again') expect(host.service.openSockets()).toBe(0)
  })

  test('by a signal that was already given sends nothing', async () => {
    await using host = await serve(hello)
    expect((await failure(host.client.chat(ask, { signal: AbortSignal.abort() }))).kind).toBe('cancelled')
    expect(host.service.requests).toHaveLength(0)
  })

  test('by leaving the loop closes the connection', async () => {
    await using host = await serve(sse([{ text: 'a' }, stall]))
    for await (const event of host.client.stream(ask)) if (event.type === 'text') break
    await sleep(50)
    expect(host.service.openSockets()).toBe(0)
    expect(host.provider.running.size).toBe(0)
  })

  test('nothing is sent before the first event is pulled', async () => {
    await using host = await serve(hello)
    host.client.stream(ask)
    await sleep(30)
    expect(host.service.requests).toHaveLength(0)
    expect(host.provider.running.size).toBe(0)
  })

  test('connections are used again after a finished stream', async () => {
    await using host = await serve(hello)
    for (let index = 0; index < 5; index++) {
      await read(host.client.stream(ask))
      await sleep(20)
    }
    expect(new Set(host.service.requests.map(request => request.socket)).size).toBe(1)
  })
})
