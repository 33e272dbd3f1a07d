import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fakeService, json, sse, type Step } from '@resoftai/sdk/testing'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { completion, finished, said } from '../faults/support.ts'
import { ask, chat, configFile, provider, reloaded, rewrite } from './reloading.ts'
import { serveApart, startServe, type Running } from './serve-process.ts'
import { until } from './support.ts'

// A change is seen after two or three seconds.
jest.setTimeout(120_000)

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

/** A vendor whose streams stop in the middle until they may go on. */
async function holdingVendor() {
  const gate = Promise.withResolvers<void>()
  const hold: Step = () => gate.promise
  const service = await fakeService(({ json: body }) => {
    const { stream } = body as { readonly stream?: boolean }
    return stream === true ? sse([said('Hel'), hold, said('lo'), finished()]) : json(completion('Hello'))
  })
  return { service, release: gate.resolve, [Symbol.asyncDispose]: () => service.close() }
}

const log = { level: 'info' }

async function openStream(running: Running, path: string, body: object): Promise<Response> {
  const response = await ask(running, path, body)
  expect(response.status).toBe(200)
  return response
}

const streamed = { model: 'vendor/m1', stream: true, messages: [{ role: 'user', content: 'Hello' }] }

test('a stream that runs while its provider goes away ends whole, and then nothing of it is left', async () => {
  await using vendor = await holdingVendor()
  await using other = await fakeService(json(completion('Hello')))
  await using running = await serveApart(sandbox, `${vendor.service.url}/v1`, { log })
  const stream = await openStream(running, '/v1/chat/completions', streamed)
  for (let times = 0; times < 3; times++) {
    await reloaded(running, () => rewrite(sandbox, { providers: { other: provider(other.url, { max_retries: times }) } }))
    expect([await chat(running, 'vendor/m1'), await chat(running, 'other/m1')]).toEqual([404, 200])
  }
  expect(vendor.service.openSockets()).toBe(1)
  vendor.release()
  const text = await stream.text()
  expect(text).toContain('"content":"lo"')
  expect(text).toMatch(/data: \[DONE\]\n\n$/)
  // The host that asked it is closed, with its connections.
  await until(() => vendor.service.openSockets() === 0)
})

test('a turn of the chat backend whose client has left runs on, and the client gets the rest', async () => {
  await using vendor = await holdingVendor()
  await using running = await serveApart(sandbox, `${vendor.service.url}/v1`, { log })
  const first = await openStream(running, '/api/chat/stream', { message: 'Hello' })
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  while (!seen.includes('Hel')) seen += (await reader.read()).value
  await reader.cancel()
  const run = /"run":"([^"]+)"/.exec(seen)?.[1]
  await reloaded(running, () => rewrite(sandbox, { providers: {} }))
  const again = await ask(running, `/api/chat/stream/${run}`)
  vendor.release()
  const rest = await again.text()
  expect(rest).toContain('"content":"lo"')
  expect(rest).toContain('event: done')
  await until(() => vendor.service.openSockets() === 0)
})

test('SIGTERM lets calls of all configurations end', async () => {
  await using vendor = await holdingVendor()
  await using running = await serveApart(sandbox, `${vendor.service.url}/v1`, { log })
  const streams = [await openStream(running, '/v1/chat/completions', streamed)]
  await reloaded(running, () => running.signal('SIGHUP'))
  streams.push(await openStream(running, '/v1/chat/completions', streamed))
  running.signal('SIGTERM')
  await until(() => running.stderr().includes('Ctrl-C'))
  running.signal('SIGHUP')
  vendor.release()
  for (const stream of streams) expect(await stream.text()).toMatch(/data: \[DONE\]\n\n$/)
  expect(await running.ended).toBe(0)
})

test('of 200 calls that run over ten reloads, and of those that come meanwhile, none fails', async () => {
  let gate = Promise.withResolvers<void>()
  await using service = await fakeService(({ json: body }) => {
    const { stream, model } = body as { readonly stream?: boolean; readonly model: string }
    const held = model === 'held' ? gate.promise : undefined
    const hold: Step = () => held
    return stream === true ? sse([said('Hel'), hold, said('lo'), finished()]) : delayed(held, json(completion('Hello')))
  })
  const configured = (max_retries: number) => ({
    log: { level: 'error' },
    gateway: { metrics: 'public' },
    providers: { vendor: provider(service.url, { max_retries }) }
  })
  await using running = await serveApart(sandbox, service.url, configured(0))
  const failures: string[] = []
  let calls = 0
  const call = async (model: string): Promise<void> => {
    const stream = calls++ % 2 === 0
    const response = await ask(running, '/v1/chat/completions', { ...streamed, model: `vendor/${model}`, stream })
    const text = await response.text()
    if (response.status !== 200 || !text.includes(stream ? 'data: [DONE]' : 'Hello')) failures.push(`${response.status} ${text}`)
  }
  const over = new AbortController()
  const askOn = async () => {
    while (!over.signal.aborted) await call('m1')
  }
  const restless = [askOn(), askOn(), askOn(), askOn()]
  const held: Promise<void>[] = []
  for (let times = 1; times <= 10; times++) {
    const asked = service.requests.filter(isHeld).length
    held.push(...Array.from({ length: 20 }, () => call('held')))
    await until(() => service.requests.filter(isHeld).length === asked + 20)
    rewrite(sandbox, configured(times % 5))
    running.signal('SIGHUP')
    await until(async () => appliedOf(await (await ask(running, '/metrics')).text()) >= times)
    const before = calls
    await until(() => calls >= before + 20)
    // Half of them run on over the next reload too.
    if (times % 2 === 0) {
      gate.resolve()
      gate = Promise.withResolvers()
    }
  }
  over.abort()
  await Promise.all([...held, ...restless])
  expect(failures).toEqual([])
  expect(held).toHaveLength(200)
})

const isHeld = ({ json: body }: { readonly json: unknown }) => (body as { readonly model: string }).model === 'held'
const appliedOf = (metrics: string) => Number(/result="applied"\} (\d+)/.exec(metrics)?.[1])

async function delayed<Value>(wait: Promise<void> | undefined, value: Value): Promise<Value> {
  await wait
  return value
}

test('SIGHUP does not end it when its terminal has gone away', async () => {
  writeFileSync(configFile(sandbox), JSON.stringify({ gateway: { metrics: 'public' } }))
  const child = startServe(sandbox)
  const [written] = (await once(child.stdout, 'data')) as [Buffer]
  const { address } = JSON.parse(String(written)) as { readonly address: string }
  child.stdin.destroy()
  child.stdout.destroy()
  child.stderr.destroy()
  child.kill('SIGHUP')
  await until(async () => (await (await fetch(`${address}/metrics`)).text()).includes('result="applied"} 1'))
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
