import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { giveMemoryBack } from '../src/serve/give-memory-back.ts'

async function listen(): Promise<Server> {
  const server = createServer(socket => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Only a search of all memory finds out that nobody has it any more. */
function garbage(): WeakRef<object> {
  return new WeakRef({ text: 'x'.repeat(1_000) })
}

async function collected(ref: WeakRef<object>, withinMs: number): Promise<boolean> {
  for (const until = performance.now() + withinMs; performance.now() < until;) {
    await sleep(50)
    if (ref.deref() === undefined) return true
  }
  return false
}

test('memory is given back when nobody is connected, and not before', async () => {
  const server = await listen()
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(client, 'connect')
  const left = garbage()
  const stop = giveMemoryBack(server)
  expect(await collected(left, 1_600)).toBe(false)
  client.destroy()
  expect(await collected(left, 20_000)).toBe(true)
  stop()
  server.close()
})

test('a gateway that stops before it could does not wait for it', async () => {
  const server = await listen()
  const left = garbage()
  giveMemoryBack(server)()
  expect(await collected(left, 1_600)).toBe(false)
  server.close()
})
