import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readBody } from './read-body.ts'

const mostBytes = 6 * 2 ** 20

/** What came of each request, in the order of their ends. */
const ends: (Error | Buffer | undefined)[] = []
const server = createServer((message, response) =>
  readBody(message, Number(message.headers['content-length']), mostBytes, (error, bytes) => {
    ends.push(error ?? bytes)
    if (error !== null) return response.writeHead(400).end()
    return response.end(bytes)
  })
)

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => void server.close())

const port = () => (server.address() as AddressInfo).port

/** The status, and what comes back of a body that is sent in pieces of an odd size. */
async function send(body: Buffer, headers: Record<string, number>): Promise<readonly [number | undefined, Buffer]> {
  const sending = request({ port: port(), host: '127.0.0.1', method: 'POST', headers, agent: false })
  const answered = once(sending, 'response') as Promise<[IncomingMessage]>
  for (let at = 0; at < body.length; at += 99_991) sending.write(body.subarray(at, at + 99_991))
  sending.end()
  const [response] = await answered
  return [response.statusCode, Buffer.concat(await response.toArray())]
}

for (const size of [1, 65_536, 65_537, 300_000, 4 * 2 ** 20, 5 * 2 ** 20, mostBytes]) {
  test.each([
    ['in a length that is said', { 'content-length': size }],
    ['in chunks', {}]
  ])(`${size} bytes come whole %s`, async (_how, headers: Record<string, number>) => {
    const body = randomBytes(size)
    const [status, came] = await send(body, headers)
    expect(status).toBe(200)
    expect(came.equals(body)).toBe(true)
  })
}

test('bodies at the same time do not mix', async () => {
  const bodies = Array.from({ length: 20 }, (_, index) => Buffer.alloc(200_000 + index, 97 + index))
  const answers = await Promise.all(bodies.map(body => send(body, { 'content-length': body.length })))
  expect(bodies.filter((body, index) => !answers[index]?.[1].equals(body))).toEqual([])
})

test('too large a body is refused, whether its length is said or not', async () => {
  const body = Buffer.alloc(mostBytes + 1)
  expect((await send(body, {}))[0]).toBe(400)
  const said = connect(port(), '127.0.0.1')
  said.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${mostBytes + 1}\r\n\r\n`)
  const [answer] = (await once(said, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /)
  said.destroy()
})

test('a client that goes in the middle of its body leaves no body', async () => {
  ends.length = 0
  const client = connect(port(), '127.0.0.1')
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n${'x'.repeat(200_000)}`)
  client.end()
  await once(client.resume(), 'close')
  expect(ends).toEqual([expect.objectContaining({ code: 'ECONNRESET' })])
})
