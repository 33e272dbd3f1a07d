import { expect, test } from '@jest/globals'
import { connect, type Socket } from 'node:net'
import { fakeService, json, sse, stall, type Step } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until } from './support.ts'

const clients = process.env['FAULTS'] === 'long' ? 1_000 : 60
const path = '/v1/chat/completions'
const piece = `data: ${JSON.stringify(said('x'.repeat(1_000)))}\n\n`
const megabyte = 1024 * 1024

/** As much as a model ever says, and then it thinks on. */
const talk: Step = async connection => {
  for (let sent = 0; sent < 400_000; sent += piece.length) await connection.write(piece)
}
/** More than all buffers hold between it and its reader. */
const pour: Step = async connection => {
  for (let sent = 0; sent < 100 * megabyte && !connection.closed; sent += piece.length) await connection.write(piece)
}
/** One in twenty pours. What they may keep of the memory of the gateway: as much as was said to each, and as much again. */
const most = 64 * megabyte + clients * 2 * megabyte

/** A stream that is asked for and not read. */
async function openSlow({ url, key }: Running, model: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const body = JSON.stringify({ ...hello, model: `vendor/${model}`, stream: true })
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
  // The head, and then no more.
  await new Promise(resolve => socket.once('readable', resolve))
  return socket
}

async function memoryOf({ url }: Running): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)?.[1])
}

test(`G05 ${clients} clients that read nothing take little memory, and the others are served`, async () => {
  const sandbox = new Sandbox()
  await using service = await fakeService(({ json: body }) => {
    const { model, stream } = body as { readonly model: string; readonly stream?: boolean }
    if (model === 'talking') return sse([talk, stall], { done: false })
    if (model === 'pouring') return sse([pour, stall], { done: false })
    return stream === true ? sse([said('Hel'), said('lo'), finished()]) : json(completion('Hello'))
  })
  try {
    await using running = await serveApart(sandbox, `${service.url}/v1`, { gateway: { metrics: 'public' } })
    const ask = async (stream: boolean) => {
      const response = await fetch(running.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${running.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...hello, stream })
      })
      const text = await response.text()
      return stream ? text.endsWith('data: [DONE]\n\n') : text.includes('Hello')
    }
    const askAll = () => Promise.all(Array.from({ length: 40 }, (_each, index) => ask(index % 2 === 0)))
    await askAll()
    const before = await memoryOf(running)
    const slow: Socket[] = []
    // Not all at once: that would be a test of the listen queue.
    for (let opened = 0; opened < clients; opened += 20) {
      const kinds = Array.from({ length: 20 }, (_each, index) => (index === 0 ? 'pouring' : 'talking'))
      slow.push(...(await Promise.all(kinds.map(kind => openSlow(running, kind)))))
    }
    expect((await askAll()).filter(isWhole => !isWhole)).toEqual([])
    // They are still served while these are.
    expect(slow.filter(({ destroyed, readableEnded }) => destroyed || readableEnded)).toEqual([])
    expect(service.openSockets()).toBeGreaterThanOrEqual(clients)
    const grown = (await memoryOf(running)) - before
    expect(grown).toBeLessThan(most)
    for (const socket of slow) socket.destroy()
    await until(() => service.openSockets() < clients)
    // What all of them have used is reckoned first.
    await until(async () => (await askAll()).every(Boolean))
  } finally {
    sandbox.remove()
  }
}, 300_000)
