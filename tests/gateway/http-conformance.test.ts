import { describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { json, type ReceivedRequest } from '@resoftai/sdk/testing'
import { completion } from '../faults/support.ts'
import { hello, serve, until, type Served } from './support.ts'

// The 33 cases of https://github.com/uNetworking/h1spec. It is made for a server that sends every body back; here the bodies are those of calls,
// and that they came whole is seen at the vendor.

const path = '/v1/chat/completions'
const body = JSON.stringify(hello)

interface Connection {
  /** All that the server has sent so far. */
  readonly text: () => string
  readonly isClosed: () => boolean
  readonly write: (bytes: string) => void
  readonly closed: Promise<void>
  readonly destroy: () => void
}

async function open({ port }: Served, bytes: string): Promise<Connection> {
  let text = ''
  let isClosed = false
  const socket = connect(port, '127.0.0.1')
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  socket.setEncoding('latin1').on('data', (part: string) => (text += part))
  // Who is refused may be cut off while it still writes.
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
    resolve()
  })
  await new Promise<void>((connected, failed) => socket.once('connect', connected).once('error', failed))
  socket.write(bytes, 'latin1')
  return {
    text: () => text,
    isClosed: () => isClosed,
    write: more => socket.write(more, 'latin1'),
    closed,
    destroy: () => socket.destroy()
  }
}

const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
/** Ends the connection behind the answer, so that it is known when all is there. */
const closing = (lines: string) => lines.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')

describe('a request that has not all come yet is waited for', () => {
  const pieces: Readonly<Record<string, string>> = {
    'a part of the method': 'G',
    'up to the address': 'GET ',
    'a part of the address': 'GET /health',
    'up to the version': 'GET /health ',
    'a part of the version': 'GET /health HTTP',
    'all of the first line': 'GET /health HTTP/1.1',
    'half of its end': 'GET /health HTTP/1.1\r',
    'all of its end': 'GET /health HTTP/1.1\r\n',
    'a part of the name of a field': 'GET /health HTTP/1.1\r\nHos',
    'up to the value of a field': 'GET /health HTTP/1.1\r\nHost:',
    'a space before the value': 'GET /health HTTP/1.1\r\nHost: ',
    'a value whose end is not known': 'GET /health HTTP/1.1\r\nHost: localhost',
    'half of the end of a field': 'GET /health HTTP/1.1\r\nHost: localhost\r',
    'all of the end of a field': 'GET /health HTTP/1.1\r\nHost: localhost\r\n',
    'half of the end of the head': 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r'
  }
  const whole = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'

  test.each(Object.entries(pieces))('%s', async (_name, piece) => {
    await using served = await serve(json(completion('Hello')))
    const connection = await open(served, piece)
    // Another connection is answered meanwhile, so this one was read.
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
    expect([connection.text(), connection.isClosed()]).toEqual(['', false])
    connection.write(whole.slice(piece.length))
    await until(() => connection.text().endsWith('}'))
    expect(statusesOf(connection.text())).toEqual([200])
    connection.destroy()
  })
})

describe('a good request is answered', () => {
  const heads: Readonly<Record<string, string>> = {
    'a plain one': 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n',
    'a tab before a value, capitals, and a field that is empty': 'GET / HTTP/1.1\r\nhoSt:\texample.com\r\nempty:\r\n\r\n',
    'a field with a space for a value': 'GET / HTTP/1.1\r\nHost: example.com\r\nX-Empty-Header: \r\n\r\n'
  }

  test.each(Object.entries(heads))('%s', async (_name, head) => {
    await using served = await serve(json(completion('Hello')))
    const connection = await open(served, closing(head))
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([200])
  })

  test('one that asks whether to go on', async () => {
    await using served = await serve(json(completion('Hello')))
    const connection = await open(served, closing('GET / HTTP/1.1\r\nHost: example.com\r\nExpect: 100-continue\r\n\r\n'))
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([100, 200])
  })

  const head = ({ key }: Served, ...fields: readonly string[]) =>
    [
      `POST ${path} HTTP/1.1`,
      'Host: example.com',
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
      ...fields,
      '',
      ''
    ].join('\r\n')

  const asked = ({ json: sent }: ReceivedRequest) => (sent as { readonly messages: unknown }).messages

  test('one with a body', async () => {
    await using served = await serve(json(completion('Hello')))
    const connection = await open(served, closing(head(served, `Content-Length: ${body.length}`)) + body)
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([200])
    expect(served.service.requests.map(asked)).toEqual([hello.messages])
  })

  test('one with a body in chunks', async () => {
    await using served = await serve(json(completion('Hello')))
    const chunks = [body.slice(0, 7), body.slice(7)].map(part => `${part.length.toString(16)}\r\n${part}\r\n`)
    const connection = await open(served, closing(head(served, 'Transfer-Encoding: chunked')) + chunks.join('') + '0\r\n\r\n')
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([200])
    expect(served.service.requests.map(asked)).toEqual([hello.messages])
  })
})

describe('A15 a request that is wrong is refused, and its connection closed', () => {
  const host = 'Host: example.com'
  const cases: Readonly<Record<string, string>> = {
    'no version': 'GET / \r\n\r\n',
    'brackets in the name of a field': `GET / HTTP/1.1\r\n${host}\r\nX-Invalid[]: test\r\n\r\n`,
    'no host': 'GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n',
    'two hosts': `GET / HTTP/1.1\r\n${host}\r\nHost: example.org\r\n\r\n`,
    'a length far below zero': `GET / HTTP/1.1\r\n${host}\r\nContent-Length: -123456789123456789123456789\r\n\r\n`,
    'a length below zero': `GET / HTTP/1.1\r\n${host}\r\nContent-Length: -1234\r\n\r\n`,
    'a length that is no number': `GET / HTTP/1.1\r\n${host}\r\nContent-Length: abc\r\n\r\n`,
    'a control character in a value': `GET / HTTP/1.1\r\n${host}\r\nX-Bad-Control-Char: test\x07\r\n\r\n`,
    'a version that does not exist': `GET / HTTP/9.9\r\n${host}\r\n\r\n`,
    'something before the method': `Extra lineGET / HTTP/1.1\r\n${host}\r\n\r\n`,
    'a carriage return where a line begins': `GET / HTTP/1.1\r\n${host}\r\n\rSome-Header: Test\r\n\r\n`,
    'a length and chunks, in any case of letters': `POST / HTTP/1.1\r\n${host}\r\ncontent-LengtH: 5\r\nTransFer-Encoding: chunked\r\n\r\nc\r\nHellO world1\r\n0\r\n\r\n`
  }

  test.each(Object.entries(cases))('%s', async (_name, bytes) => {
    await using served = await serve(json(completion('Hello')))
    // What follows on the connection is read by nobody.
    const connection = await open(served, `${bytes}GET /health HTTP/1.1\r\n${host}\r\n\r\n`)
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([400])
  })

  test('two hosts that are the same, in any case of letters', async () => {
    await using served = await serve(json(completion('Hello')))
    const connection = await open(served, `GET / HTTP/1.1\r\n${host}\r\nHOST: example.com\r\n\r\n`)
    await connection.closed
    expect(statusesOf(connection.text())).toEqual([400])
  })
})
