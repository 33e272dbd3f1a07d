import { afterEach, expect, test } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { SseWriter } from './sse-writer.ts'

let server: Server | undefined
let client: Socket | undefined

afterEach(() => {
  client?.destroy()
  server?.closeAllConnections()
  server?.close()
})

/** Writes frames without end to a client that asks and then does as it likes. */
async function writeWithoutEnd(sendMs: number, reading: boolean): Promise<'closed' | 'written'> {
  const ended = Promise.withResolvers<'closed' | 'written'>()
  server = createServer((_request, response) => {
    const writer = new SseWriter(response, {}, sendMs)
    response.once('close', () => ended.resolve('closed'))
    const frame = `data: ${'x'.repeat(16_384)}\n\n`
    const write = async () => {
      for (let count = 0; count < 2_000 && !response.destroyed; count++) {
        await writer.write(frame)
        await new Promise(resolve => setImmediate(resolve))
      }
      if (!response.destroyed) ended.resolve('written')
    }
    void write()
  })
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve))
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  if (reading) client.resume()
  else client.pause()
  return ended.promise
}

test('a client that reads nothing is left after a while', async () => {
  expect(await writeWithoutEnd(200, false)).toBe('closed')
})

test('a client that reads gets everything', async () => {
  expect(await writeWithoutEnd(200, true)).toBe('written')
})
