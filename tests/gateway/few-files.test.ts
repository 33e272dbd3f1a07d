import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { fakeService, json } from '@resoftai/sdk/testing'
import { command, Sandbox } from '../../cli/test/cli-process.ts'
import { completion } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until } from './support.ts'

const most = 256
const onUnix = process.platform === 'win32' ? test.skip : test

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
  const start: Sandbox['start'] = (args, options) =>
    spawn('sh', ['-c', `ulimit -n ${most} && exec "$0" "$@"`, process.execPath, command, ...args], {
      cwd: sandbox.cwd,
      env: { ...sandbox.env, ...options?.env }
    })
  Object.assign(sandbox, { start })
})
afterEach(() => sandbox.remove())

/** The status of a call, over a connection of the agent's; `undefined`: it was refused or closed. */
function ask({ url, key }: Running, agent: Agent): Promise<number | undefined> {
  return new Promise(resolve => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const call = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers }, response => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
    call.once('error', () => resolve(undefined)).end(JSON.stringify(hello))
  })
}

onUnix(
  'G21 a gateway that has no file descriptors left refuses what needs one, lives, and serves again when it has',
  async () => {
    // Each call needs a connection of its own.
    await using service = await fakeService(json(completion('Hello'), { headers: { connection: 'close' } }))
    await using running = await serveApart(sandbox, `${service.url}/v1`, { log: { level: 'error' } })
    const known = new Agent({ keepAlive: true, maxSockets: 40 })
    const asks = (agent: Agent, count: number) => Promise.all(Array.from({ length: count }, () => ask(running, agent)))
    expect(await asks(known, 40)).toEqual(Array<number>(40).fill(200))

    const { hostname, port } = new URL(running.url)
    let closed = 0
    const idle = Array.from({ length: 2 * most }, (): Socket => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {}).once('close', () => closed++)
      socket.write('POST / HTTP/1.1\r\nX-Slow: ')
      return socket
    })
    // What is beyond the limit is not let in.
    await until(() => closed > most / 2)
    const fresh = new Agent()
    expect((await asks(fresh, 20)).filter(status => status !== undefined && status !== 503)).toEqual([])
    // For those who are in there is nothing to reach the vendor with.
    const inside = await asks(known, 40)
    expect(inside).toContain(503)
    expect(inside.filter(status => status !== 503 && status !== 200)).toEqual([])

    for (const socket of idle) socket.destroy()
    await until(async () => (await ask(running, fresh)) === 200)
    expect(await asks(known, 40)).toEqual(Array<number>(40).fill(200))
    known.destroy()
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.stderr()).not.toMatch(/EMFILE|\n\s+at /)
  },
  60_000
)
