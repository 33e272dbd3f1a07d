import { describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { json } from '@resoftai/sdk/testing'
import { completion } from '../faults/support.ts'
import { hello, serve, type Served } from './support.ts'

const path = '/v1/chat/completions'
const reply = json(completion('Hello'))
const body = JSON.stringify(hello)

interface Answered {
  /** Of each answer on the connection. */
  readonly statuses: readonly number[]
  readonly text: string
}

/** Writes bytes as they are; resolves when the server closes the connection. */
function send({ port }: Served, ...parts: readonly string[]): Promise<Answered> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1').on('data', (part: string) => (text += part))
    // A server that refuses a request may close before it has read all of it.
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      code === 'ECONNRESET' || code === 'EPIPE' ? undefined : reject(new Error(code))
    )
    socket.on('close', () => {
      resolve({ statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)), text })
    })
    for (const part of parts) socket.write(part, 'latin1')
  })
}

/** The head of a call with a good key; `lines` are as they are. */
const headOf = ({ key }: Served, ...lines: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: gateway', `Authorization: Bearer ${key}`, 'Content-Type: application/json', ...lines].join('\r\n')

/** What comes behind a request that is cut wrongly: it would tell of models that only a key may see. */
const hidden = ({ key }: Served) => `GET /v1/models HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
const last = '0\r\n\r\n'
const length = `Content-Length: ${body.length}`

describe('A15 a request with two meanings has none', () => {
  const cases: Readonly<Record<string, (served: Served) => string>> = {
    'content-length and transfer-encoding': served =>
      headOf(served, 'Content-Length: 5', 'Transfer-Encoding: chunked', '', chunk(body) + last + hidden(served)),
    'the other way round': served => headOf(served, 'Transfer-Encoding: chunked', length, '', last + hidden(served)),
    'an encoding that is not chunked': served => headOf(served, 'Transfer-Encoding: xchunked', length, '', body + hidden(served)),
    'chunked and then something else': served =>
      headOf(served, 'Transfer-Encoding: chunked, identity', '', chunk(body) + last + hidden(served)),
    'two encodings': served =>
      headOf(served, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity', '', chunk(body) + last + hidden(served)),
    'a folded encoding': served => headOf(served, 'Transfer-Encoding:\r\n chunked', length, '', body + hidden(served)),
    'a folded header': served => headOf(served, length, 'X-Note: one\r\n two', '', body + hidden(served)),
    'a space before the colon': served => headOf(served, 'Transfer-Encoding : chunked', length, '', chunk(body) + last + hidden(served)),
    'two lengths': served => headOf(served, length, 'Content-Length: 5', '', body + hidden(served)),
    'two equal lengths in one line': served => headOf(served, `${length}, ${body.length}`, '', body + hidden(served)),
    'a length with a sign': served => headOf(served, `Content-Length: +${body.length}`, '', body + hidden(served)),
    'a length that is hex': served => headOf(served, 'Content-Length: 0x10', '', body + hidden(served)),
    'a length below zero': served => headOf(served, 'Content-Length: -1', '', body + hidden(served)),
    'a bare line feed behind a header': served => headOf(served, `${length}\nX-Note: 1`, '', body + hidden(served)),
    'a bare carriage return in a header': served => headOf(served, length, 'X-Note: a\rb', '', body + hidden(served)),
    'a NUL in a header': served => headOf(served, length, 'X-Note: a\0b', '', body + hidden(served)),
    'a letter in a size of a chunk': served =>
      headOf(served, 'Transfer-Encoding: chunked', '', `5g\r\n${body}\r\n${last}${hidden(served)}`),
    'a sign before the size of a chunk': served =>
      headOf(served, 'Transfer-Encoding: chunked', '', `+5\r\n${body}\r\n${last}${hidden(served)}`),
    'a chunk that is longer than it says': served =>
      headOf(served, 'Transfer-Encoding: chunked', '', `5\r\n${body}\r\n${last}${hidden(served)}`),
    'a bare line feed behind a size': served =>
      headOf(served, 'Transfer-Encoding: chunked', '', `${body.length.toString(16)}\n${body}\r\n${last}${hidden(served)}`),
    'no host': ({ key }) => `GET /v1/models HTTP/1.1\r\nAuthorization: Bearer ${key}\r\n\r\n`,
    'no version': ({ key }) => `GET /v1/models\r\nAuthorization: Bearer ${key}\r\n\r\n`,
    'a version of its own': ({ key }) => `GET /v1/models HTTP/9.9\r\nHost: gateway\r\nAuthorization: Bearer ${key}\r\n\r\n`,
    'a header without a name': served => headOf(served, length, ': x', '', body + hidden(served)),
    'a space in the path': ({ key }) => `GET /v1/models x HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${key}\r\n\r\n`
  }

  test.each(Object.entries(cases))('%s', async (_name, write) => {
    await using served = await serve(reply)
    const { statuses, text } = await send(served, write(served))
    // One refusal, and the connection is closed: nothing behind it is read.
    expect(statuses).toEqual([400])
    expect(text).not.toMatch(/vendor|node_modules|Error:|\.js|\.ts/)
    expect(served.service.requests).toHaveLength(0)
    expect((await served.ask(path, hello)).status).toBe(200)
  })

  test('a good request over the same bytes is answered', async () => {
    await using served = await serve(reply)
    const chunked = await send(served, headOf(served, 'Transfer-Encoding: chunked', 'Connection: close', '', chunk(body) + last))
    const plain = await send(served, headOf(served, length, 'Connection: close', '', body))
    expect([chunked.statuses, plain.statuses]).toEqual([[200], [200]])
  })
})

describe('A16 what is too long', () => {
  const closing = (served: Served, ...lines: readonly string[]) => headOf(served, length, 'Connection: close', ...lines, '', body)

  test.each<[string, (served: Served) => string]>([
    ['a header', served => closing(served, `X-Note: ${'x'.repeat(100_000)}`)],
    ['all headers', served => closing(served, ...Array.from({ length: 10_000 }, (_, index) => `X-${index}: 1`))],
    ['the address', ({ key }) => `GET /v1/models?${'x'.repeat(1_000_000)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\n\r\n`]
  ])('%s is refused, and the server lives', async (_what, write) => {
    await using served = await serve(reply)
    const { statuses } = await send(served, write(served))
    // The rest of what was sent may end the connection before the answer is read.
    expect(statuses.filter(status => ![414, 431].includes(status))).toEqual([])
    expect(served.service.requests).toHaveLength(0)
    expect((await served.ask(path, hello)).status).toBe(200)
  })
})

describe('A14 who is slow', () => {
  test('has so long for its headers and its request, whatever it sends', async () => {
    await using served = await serve(reply)
    const { server } = served.gateway.app
    expect(server.headersTimeout).toBeLessThanOrEqual(15_000)
    expect(server.requestTimeout).toBeLessThanOrEqual(60_000)
    expect(server.keepAliveTimeout).toBeGreaterThan(0)
    // The same times, shorter: what closes is the server's.
    Object.assign(server, { headersTimeout: 50, requestTimeout: 100 })
    const [headers, unfinished] = await Promise.all([
      send(served, `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Slow: `),
      send(served, headOf(served, length, '', body.slice(0, 5)))
    ])
    expect([headers.statuses, unfinished.statuses]).toEqual([[408], [408]])
    expect(served.service.requests).toHaveLength(0)
  })

  test('does not keep others waiting', async () => {
    await using served = await serve(reply)
    const idle = Array.from({ length: 500 }, () => connect(served.port, '127.0.0.1'))
    for (const socket of idle) {
      socket.on('error', () => {})
      socket.write('POST / HTTP/1.1\r\nX-Slow: ')
    }
    expect((await served.ask(path, hello)).status).toBe(200)
    for (const socket of idle) socket.destroy()
  })
})
