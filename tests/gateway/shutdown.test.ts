import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createConnection } from 'node:net'
import { fakeService, json, rawService, sse, stall, type FakeService, type Step } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until, vendorKey } from './support.ts'

let sandbox: Sandbox
let service: FakeService
/** Lets the running streams end. */
let release = () => {}
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())
beforeAll(async () => {
  let released = Promise.resolve()
  const hold: Step = () => released
  service = await fakeService(request => {
    const { model, stream } = request.json as { readonly model: string; readonly stream?: boolean }
    if (stream !== true) return json(completion('Hello'))
    if (model === 'never') return sse([said('Hel'), stall], { done: false })
    const gate = Promise.withResolvers<void>()
    released = gate.promise
    release = gate.resolve
    return sse([said('Hel'), hold, said('lo'), finished()])
  })
})
afterAll(() => service.close())

const start = (gateway: object = {}) => serveApart(sandbox, `${service.url}/v1`, { gateway })

async function openStream({ url, key }: Running, model: string): Promise<{ readonly rest: Promise<string> }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, model: `vendor/${model}`, stream: true })
  })
  expect(response.status).toBe(200)
  return { rest: response.text() }
}

function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = createConnection({ host: hostname, port: Number(port) }, () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

describe('G06 SIGTERM', () => {
  test('takes no new connection, lets a stream end whole, and exits with 0', async () => {
    await using running = await start()
    const { rest } = await openStream(running, 'm1')
    running.signal('SIGTERM')
    await until(() => isRefused(running.url))
    release()
    const text = await rest
    expect(text).toContain('"content":"lo"')
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect(await running.ended).toBe(0)
    expect(running.stdout() + running.stderr()).not.toContain(vendorKey)
  })

  test('ends what is left when the time to end is over, with an error', async () => {
    await using running = await start({ drain: 0.3 })
    const { rest } = await openStream(running, 'never')
    running.signal('SIGTERM')
    const text = await rest
    expect(text).toContain('"content":"Hel"')
    expect(text).toMatch(/data: \{"error":.*\}\n\n$/)
    expect(text).not.toContain('[DONE]')
    expect(await running.ended).toBe(0)
  })

  test('a second one ends the process at once', async () => {
    await using running = await start()
    const { rest } = await openStream(running, 'never')
    rest.catch(() => {})
    running.signal('SIGTERM')
    await until(() => isRefused(running.url))
    running.signal('SIGTERM')
    expect(await running.ended).toBe(130)
    await expect(rest).rejects.toThrow()
  })

  test('without calls ends the process, idle connections or not', async () => {
    await using running = await start()
    const idle = await fetch(`${running.url}/health`)
    expect(await idle.json()).toEqual({ status: 'ok' })
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
  })
})

test('a process that was killed leaves its key and its database to the next', async () => {
  const before = await start()
  const { rest } = await openStream(before, 'never')
  rest.catch(() => {})
  before.signal('SIGKILL')
  await before.ended
  await using after = await start()
  expect(after.key).toBeUndefined()
  const response = await fetch(`${after.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${before.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(hello)
  })
  expect(response.status).toBe(200)
})

test('G20 a port that is in use is said in one clear line', async () => {
  await using taken = await rawService(() => {})
  const { code, stdout, stderr } = await sandbox.run(['serve', '--port', String(taken.port)])
  expect(code).toBe(7)
  expect(stdout).toBe('')
  expect(stderr).toContain(`Port ${taken.port} is in use`)
  expect(stderr).not.toMatch(/\n\s+at /)
})
