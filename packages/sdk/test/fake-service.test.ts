import { describe, expect, test } from '@jest/globals'
import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  comments,
  cut,
  end,
  fakeService,
  flood,
  headers,
  interim,
  json,
  raw,
  readServerSentEvents,
  reset,
  sse,
  stall,
  text,
  trickle,
  wait,
  write,
  type Answer,
  type Connection,
  type FakeService
} from '../src/testing/index.ts'
import { ask, keptOpen, talk } from './ask.ts'

/** Until it is so; the test's own time-out is the only limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5)
}

/** A client that sends one request, and is left to the test. */
async function client({ url }: FakeService): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  await new Promise<void>(resolve => void socket.once('connect', resolve))
  socket.write(keptOpen)
  return socket
}

const once = (socket: Socket, event: 'data' | 'close') => new Promise(resolve => void socket.once(event, resolve))

describe('which answer is given', () => {
  test('one answer is for every request', async () => {
    await using service = await fakeService(text('same'))
    expect((await ask(service.url)).body).toBe('same')
    expect((await ask(service.url)).body).toBe('same')
  })

  test('answers are given in order, and the last repeats', async () => {
    await using service = await fakeService([text('one'), text('two')])
    const bodies: string[] = []
    for (let count = 0; count < 4; count++) bodies.push((await ask(service.url)).body)
    expect(bodies).toEqual(['one', 'two', 'two', 'two'])
  })

  test('a function answers by the request, at once or later', async () => {
    await using service = await fakeService(async ({ path, method, json: body }) => {
      await sleep(1)
      return json({ path, method, body })
    })
    const { body } = await ask(`${service.url}/v1/chat?x=1`, { body: '{"a":[1]}' })
    expect(JSON.parse(body)).toEqual({ path: '/v1/chat?x=1', method: 'POST', body: { a: [1] } })
  })

  test('a script that throws is told as a 500', async () => {
    await using service = await fakeService(() => {
      throw new RangeError('no such scene')
    })
    expect(await ask(service.url)).toMatchObject({ status: 500, body: expect.stringContaining('RangeError: no such scene') as unknown })
  })

  test.each<[string, () => Promise<Answer> | readonly Answer[]]>([
    ['rejects', () => Promise.reject(new Error('later'))],
    ['throws in its first step', () => Promise.resolve(raw(() => Promise.reject(new Error('in a step'))))]
  ])('a script that %s is told as a 500', async (_, script) => {
    await using service = await fakeService(() => script() as Promise<Answer>)
    expect((await ask(service.url)).status).toBe(500)
  })

  test('an empty list of answers is a mistake in the script', async () => {
    await using service = await fakeService([])
    expect(await ask(service.url)).toMatchObject({ status: 500, body: expect.stringContaining('empty list') as unknown })
  })

  test('a step that throws after the headers breaks the connection', async () => {
    const broken = (): void => {
      throw new Error('too late')
    }
    await using service = await fakeService({ steps: [write('begun'), wait(20), broken] })
    expect(await ask(service.url)).toMatchObject({ status: 200, complete: false })
    await expect(service.requests[0]?.closedEarly).resolves.toBe(false)
  })
})

describe('what an answer looks like', () => {
  test('json and text have a type, a length and whatever status and headers are asked for', async () => {
    await using service = await fakeService([
      json({ é: 1 }, { status: 429, headers: { 'retry-after': '3', 'set-cookie': ['a=1', 'b=2'] } }),
      text('世界', { headers: { 'content-type': 'text/html' } }),
      text(Uint8Array.of(104, 105))
    ])
    const first = await ask(service.url)
    expect(first).toMatchObject({ status: 429, body: '{"é":1}', complete: true })
    expect(first.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '8', 'retry-after': '3' })
    expect(first.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    const second = await ask(service.url)
    expect(second).toMatchObject({ status: 200, body: '世界', headers: { 'content-type': 'text/html', 'content-length': '6' } })
    expect((await ask(service.url)).body).toBe('hi')
  })

  test('sse sends texts, payloads and named events, and [DONE] behind them', async () => {
    await using service = await fakeService(sse(['plain', { a: 1 }, { event: 'named', data: 'x\ny' }, { data: 'payload', b: 2 }]))
    const { body, headers: sent } = await ask(service.url)
    expect(sent['content-type']).toBe('text/event-stream')
    expect(body).toBe(
      'data: plain\n\ndata: {"a":1}\n\nevent: named\ndata: x\ndata: y\n\ndata: {"data":"payload","b":2}\n\ndata: [DONE]\n\n'
    )
  })

  test.each(['\n', '\r\n', '\r'] as const)('sse ends its lines with %j', async eol => {
    await using service = await fakeService(sse([{ event: 'e', data: 'x' }], { eol, done: 'bye' }))
    expect((await ask(service.url)).body).toBe(`event: e${eol}data: x${eol}${eol}data: bye${eol}${eol}`)
  })

  test('sse without an end mark, with a status and headers of its own', async () => {
    await using service = await fakeService(sse(['x'], { done: false, status: 201, headers: { 'content-type': 'text/plain' } }))
    expect(await ask(service.url)).toMatchObject({ status: 201, body: 'data: x\n\n', headers: { 'content-type': 'text/plain' } })
  })

  test('sse cuts its bytes into pieces, in the middle of characters too', async () => {
    await using service = await fakeService(sse(['世界'], { chunkBytes: 4, done: false, delayMs: 1 }))
    expect(readServerSentEvents(Buffer.from((await ask(service.url)).body))).toEqual([{ data: '世界' }])
    // The sizes of HTTP chunks: 14 bytes in pieces of 4, and the last one.
    expect((await talk(service.url)).text.match(/^[0-9a-f]+(?=\r$)/gm)).toEqual(['4', '4', '4', '2', '0'])
  })

  test('a step may stand between two events', async () => {
    await using service = await fakeService(sse(['a', comments(1, 2), 'b', comments(0, 1, ':\n\n')], { done: false }))
    expect((await ask(service.url)).body).toBe('data: a\n\n: ping\n\n: ping\n\ndata: b\n\n:\n\n')
  })

  test('trickle sends every byte by itself', async () => {
    await using service = await fakeService({ steps: [trickle('é!', 1)] })
    expect((await ask(service.url)).body).toBe('é!')
    expect((await talk(service.url)).text.match(/^[0-9a-f]+(?=\r$)/gm)).toEqual(['1', '1', '1', '0'])
  })

  test('headers goes out before there is a body', async () => {
    await using service = await fakeService({ status: 202, headers: { 'x-early': '1' }, steps: [headers, stall] })
    const socket = await client(service)
    const bytes = String(await once(socket, 'data'))
    expect(bytes).toMatch(/^HTTP\/1\.1 202 /)
    expect(bytes.toLowerCase()).toContain('x-early: 1\r\n')
    socket.destroy()
  })

  test('an interim answer comes before the real one', async () => {
    await using service = await fakeService({ steps: [interim(103, { link: '</a>' }), interim(102), write('real')] })
    expect(await ask(service.url)).toMatchObject({ status: 200, interim: [103, 102], body: 'real' })
    expect((await talk(service.url)).text).toMatch(/^HTTP\/1\.1 103 Interim\r\nlink: <\/a>\r\n\r\nHTTP\/1\.1 102 /)
  })

  test('raw puts on the wire what it is given, and closes', async () => {
    await using service = await fakeService(raw('HTTP/1.1 999 Odd\r\n', wait(5), Buffer.from('no-colon\r\n\r\n'), 'rest'))
    expect(await talk(service.url, keptOpen)).toEqual({ text: 'HTTP/1.1 999 Odd\r\nno-colon\r\n\r\nrest', end: 'fin' })
  })

  test('a raw answer without a byte closes the connection', async () => {
    await using service = await fakeService(raw())
    expect(await talk(service.url, keptOpen)).toEqual({ text: '', end: 'fin' })
    await expect(ask(service.url)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

describe('how an answer ends', () => {
  test('cut closes in the middle, behind what was written', async () => {
    await using service = await fakeService({ headers: { 'content-length': '100' }, steps: [write('half'), cut, write('never')] })
    const heard = await talk(service.url, keptOpen)
    expect(heard).toMatchObject({ end: 'fin', text: expect.stringMatching(/\r\n\r\nhalf$/) as unknown })
    expect(await ask(service.url)).toMatchObject({ body: 'half', complete: false })
    await expect(service.requests[0]?.closedEarly).resolves.toBe(false)
  })

  test('a cut chunked body has no last chunk', async () => {
    await using service = await fakeService(sse(['a', cut, 'b']))
    const { text: bytes } = await talk(service.url, keptOpen)
    expect(bytes).toContain('data: a\n\n')
    expect(bytes).not.toContain('\r\n0\r\n')
    expect(bytes).not.toContain('data: b')
  })

  test('reset breaks the connection', async () => {
    await using service = await fakeService({ steps: [write('half'), wait(20), reset, write('never')] })
    const heard = await talk(service.url, keptOpen)
    expect(heard.end).toBe('rst')
    expect(heard.text).toContain('half')
    expect(heard.text).not.toContain('never')
    await expect(service.requests[0]?.closedEarly).resolves.toBe(false)
  })

  test('reset before the first byte leaves no answer', async () => {
    await using service = await fakeService({ steps: [reset] })
    expect(await talk(service.url, keptOpen)).toEqual({ text: '', end: 'rst' })
  })

  test('steps behind end act on the idle connection', async () => {
    await using service = await fakeService({ headers: { 'content-length': '2' }, steps: [write('ok'), end, write('junk'), cut] })
    const { text: bytes, end: how } = await talk(service.url, keptOpen)
    expect(bytes).toMatch(/\r\n\r\nokjunk$/)
    expect(how).toBe('fin')
    await expect(service.requests[0]?.closedEarly).resolves.toBe(false)
  })

  test('an answer is over at its end, whatever the connection does behind it', async () => {
    await using service = await fakeService({ headers: { 'content-length': '2' }, steps: [write('ok'), end, stall] })
    const socket = await client(service)
    await expect((await service.received(1)).closedEarly).resolves.toBe(false)
    expect(service.openSockets()).toBe(1)
    socket.destroy()
  })

  test('stall ends when the other side closes, and that is closing early', async () => {
    const stalled = Promise.withResolvers<boolean>()
    const untilGone = async (connection: Connection): Promise<void> => {
      await stall(connection)
      stalled.resolve(connection.closed)
    }
    await using service = await fakeService({ steps: [headers, write('half'), untilGone, write('never')] })
    const socket = await client(service)
    await once(socket, 'data')
    socket.destroy()
    await expect((await service.received(1)).closedEarly).resolves.toBe(true)
    await expect(stalled.promise).resolves.toBe(true)
    await until(() => service.openSockets() === 0)
  })

  test.each<[string, Answer | (() => Promise<Answer>)]>([
    ['endless comments', sse([comments(1)])],
    ['a long wait', { steps: [wait(1_000_000)] }],
    ['a flood', { steps: [flood('x'.repeat(10_000))] }],
    ['a raw answer', raw('HTTP/1.1 200 OK\r\n\r\n', stall)],
    ['a script that never decides', () => new Promise(() => {})]
  ])('%s ends when the other side closes', async (_, answer) => {
    await using service = await fakeService(answer)
    const socket = await client(service)
    const request = await service.received(1)
    socket.destroy()
    await expect(request.closedEarly).resolves.toBe(true)
    await until(() => service.openSockets() === 0)
  })

  test('an answer that was given in full is not closed early', async () => {
    await using service = await fakeService(text('ok'))
    await ask(service.url)
    await expect(service.requests[0]?.closedEarly).resolves.toBe(false)
  })
})

describe('flood', () => {
  test('sends no faster than the other side reads, and loses nothing', async () => {
    const [size, times] = [64 * 1024, 500]
    const begun = Promise.withResolvers<Connection>()
    await using service = await fakeService(raw(connection => begun.resolve(connection), flood('x'.repeat(size), times)))
    const reader = await client(service)
    reader.pause()
    const { socket: writer } = await begun.promise
    // What the kernel holds for us is its own affair; behind that, it must come to rest.
    for (let before = -1; before !== writer.bytesWritten; await sleep(50)) before = writer.bytesWritten
    expect(writer.bytesWritten).toBeLessThan(size * times)
    expect(writer.writableLength).toBeLessThanOrEqual(size + writer.writableHighWaterMark)
    let read = 0
    reader.on('data', chunk => (read += chunk.length))
    reader.resume()
    await once(reader, 'close')
    expect(read).toBe(size * times)
  })
})

describe('what was asked', () => {
  test('is kept as it arrived', async () => {
    await using service = await fakeService(text('ok'))
    await ask(`${service.url}/a?b=c`, { body: '{"x":"世"}', headers: { 'X-One': 'A', 'X-Two': ['b', 'c'] } })
    const [request] = service.requests
    expect(request).toMatchObject({ method: 'POST', path: '/a?b=c', body: '{"x":"世"}', json: { x: '世' }, socket: 0 })
    expect(request?.headers).toMatchObject({ 'x-one': 'A', 'x-two': 'b, c' })
    expect(request?.headers['x-three']).toBeUndefined()
    expect(request?.rawHeaders).toEqual(expect.arrayContaining(['X-One', 'A']))
  })

  test('a body that is no JSON is a text, and throws as JSON', async () => {
    await using service = await fakeService(text('ok'))
    await ask(service.url, { body: 'hello' })
    expect(service.requests[0]?.body).toBe('hello')
    expect(() => service.requests[0]?.json).toThrow(SyntaxError)
  })

  test('a header named __proto__ is a header', async () => {
    await using service = await fakeService(text('ok'))
    await talk(service.url, 'GET / HTTP/1.1\r\nhost: x\r\n__proto__: y\r\nconnection: close\r\n\r\n')
    expect(Object.entries(service.requests[0]?.headers ?? {})).toContainEqual(['__proto__', 'y'])
  })

  test('tells which connection it came on', async () => {
    await using service = await fakeService(text('ok'))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await ask(service.url, { agent })
    await ask(service.url, { agent })
    expect(service.openSockets()).toBe(1)
    await ask(service.url)
    expect(service.requests.map(({ socket }) => socket)).toEqual([0, 0, 1])
    agent.destroy()
    await until(() => service.openSockets() === 0)
  })

  test('received resolves with the last of so many, before and after they came', async () => {
    await using service = await fakeService(text('ok'))
    const second = service.received(2)
    let early = true
    void second.then(() => (early = false))
    await ask(`${service.url}/1`)
    expect(early).toBe(true)
    await ask(`${service.url}/2`)
    expect((await second).path).toBe('/2')
    await ask(`${service.url}/3`)
    expect((await service.received(1)).path).toBe('/1')
    expect((await service.received(3)).path).toBe('/3')
  })

  test('only the last requests are kept when that is asked for', async () => {
    await using service = await fakeService(text('ok'), { keepRequests: 2 })
    for (const path of ['/1', '/2', '/3']) await ask(service.url + path)
    expect(service.requests.map(({ path }) => path)).toEqual(['/2', '/3'])
    expect((await service.received(3)).path).toBe('/3')
    expect((await service.received(2)).path).toBe('/2')
  })

  test('no request is kept when that is asked for', async () => {
    await using service = await fakeService(text('ok'), { keepRequests: 0 })
    expect((await ask(service.url)).body).toBe('ok')
    expect(service.requests).toEqual([])
  })
})

describe('the service', () => {
  test('listens on loopback, on a port that may be chosen', async () => {
    await using service = await fakeService(text('ok'))
    expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const port = Number(new URL(service.url).port)
    await expect(fakeService(text('ok'), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await service.close()
    await using again = await fakeService(text('again'), { port })
    expect(again.url).toBe(service.url)
    expect((await ask(again.url)).body).toBe('again')
  })

  test('close destroys what is open, and may be called twice', async () => {
    const service = await fakeService({ steps: [headers, stall] })
    const asked = ask(service.url)
    await service.received(1)
    await until(() => service.openSockets() === 1)
    await Promise.all([service.close(), service.close()])
    expect((await asked).complete).toBe(false)
    expect(service.openSockets()).toBe(0)
    await expect(ask(service.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
