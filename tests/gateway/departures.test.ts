import { describe, expect, test } from '@jest/globals'
import { connect, type Socket } from 'node:net'
import { cut, fakeService, flood, json, sse, stall, wait, type Answer, type Step } from '@resoftai/sdk/testing'
import { completion, finished, said, vendorError } from '../faults/support.ts'
import { collect, hello, serve, until, vendorKey, type Served } from './support.ts'

const path = '/v1/chat/completions'
/** The rule is 500 ms; a machine that does much else is given more. */
const patienceMs = 2_500

/** The only call that a key may make at once, left by its client when the vendor has it. */
async function leaveCall(served: Served, body: object, whenCalled: (response: Promise<Response>) => Promise<unknown> = async () => {}) {
  const controller = new AbortController()
  const response = fetch(served.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: controller.signal
  })
  response.catch(() => {})
  const asked = await served.service.received(1)
  await whenCalled(response)
  const left = performance.now()
  controller.abort()
  return { asked, left }
}

async function expectFree(served: Served): Promise<void> {
  await until(async () => (await served.records()).length === 1)
  expect(await served.records()).toMatchObject([{ status: 'cancelled', key: 'alice', provider: 'vendor' }])
  // Its place is free: the next call is let in.
  expect((await served.ask(path, hello)).status).toBe(200)
}

/** The first call is answered so, the others with a reply. */
const first = (answer: Answer) => [answer, json(completion('Hello'))]
const one = { key: { parallel: 1 } }

describe('a client that goes', () => {
  test('G01 in the middle of a stream: the vendor is let go, the call is in the ledger, its place is free', async () => {
    await using served = await serve(first(sse([said('Hel'), stall], { done: false })), one)
    const { asked, left } = await leaveCall(served, { ...hello, stream: true }, async response => (await response).body?.getReader().read())
    expect(await asked.closedEarly).toBe(true)
    expect(performance.now() - left).toBeLessThan(patienceMs)
    await expectFree(served)
    expect((await served.records())[0]).toMatchObject({ estimated: true })
  })

  test.each([
    ['a stream', { ...hello, stream: true }],
    ['a whole reply', hello]
  ])('G02 before the first byte of %s: the same', async (_what, body) => {
    await using served = await serve(first({ steps: [stall] }), one)
    const { asked, left } = await leaveCall(served, body)
    expect(await asked.closedEarly).toBe(true)
    expect(performance.now() - left).toBeLessThan(patienceMs)
    await expectFree(served)
  })

  test.each([
    ['a stream', { ...hello, stream: true }],
    ['a whole reply', hello]
  ])('G03 while %s waits to be tried again: nobody is asked again', async (_what, body) => {
    const busy = json(vendorError('busy'), { status: 503 })
    await using served = await serve(first(busy), { ...one, settings: { retry: { base_delay: 20, max_delay: 60 } } })
    const { left } = await leaveCall(served, body, async () => served.service.requests.at(0)!.closedEarly)
    await until(async () => (await served.records()).length === 1)
    expect(performance.now() - left).toBeLessThan(patienceMs)
    expect(served.service.requests).toHaveLength(1)
    await expectFree(served)
  })

  test('G03 while several replies are asked: each vendor call is let go', async () => {
    await using served = await serve({ steps: [stall] })
    const { asked } = await leaveCall(served, { ...hello, n: 2, stream: true }, () => served.service.received(2))
    expect(await asked.closedEarly).toBe(true)
    await until(() => served.service.openSockets() === 0)
    await until(async () => (await served.records()).length === 2)
  })
})

test('G04 a client that reads nothing stops the vendor', async () => {
  let sent = 0
  const piece = `data: ${JSON.stringify(said('x'.repeat(64_000)))}\n\n`
  const pour: Step = async connection => {
    while (!connection.closed && sent < 400_000_000) {
      sent += piece.length
      await connection.write(piece)
    }
  }
  await using served = await serve(sse([pour], { done: false }))
  const socket = await post(served, { ...hello, stream: true })
  socket.pause()
  await served.service.received(1)
  // Until nothing has moved for a while.
  for (let before = -1; before !== sent;) {
    before = sent
    await new Promise(resolve => setTimeout(resolve, 400))
  }
  const held = sent
  // Most of it is in the buffers of the two connections.
  expect(held).toBeLessThan(32_000_000)
  socket.resume()
  await until(() => sent > held + 8_000_000)
  socket.destroy()
  await until(() => served.service.openSockets() === 0)
})

test('G04 a client that reads nothing does not keep the gateway from closing', async () => {
  const piece = `data: ${JSON.stringify(said('x'.repeat(64_000)))}\n\n`
  await using served = await serve(sse([flood(piece)], { done: false }))
  const socket = await post(served, { ...hello, stream: true })
  socket.pause()
  const asked = await served.service.received(1)
  await served.gateway.close(100)
  expect(await asked.closedEarly).toBe(true)
})

async function post({ port, key }: Served, body: object): Promise<Socket> {
  const text = JSON.stringify(body)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`
  )
  return socket
}

test('G08 a fault of the gateway in one request leaves the others alive, and says nothing of itself', async () => {
  let isBroken = false
  const { promise: goOn, resolve } = Promise.withResolvers<void>()
  const pause: Step = () => goOn
  await using served = await serve(sse([said('Hel'), pause, said('lo'), finished()]), {
    gateway: {
      clock() {
        if (isBroken) throw new TypeError('secret detail in /srv/gateway.ts')
        return Date.now()
      }
    }
  })
  const stream = await served.openai.chat.completions.create({ ...hello, stream: true })
  isBroken = true
  const broken = await served.ask(path, hello)
  expect(broken.status).toBe(500)
  expect(await broken.json()).toEqual({
    error: { message: 'The gateway failed to answer this request.', type: 'api_error', param: null, code: 'internal_error' }
  })
  resolve()
  const texts = (await collect(stream)).map(({ choices }) => choices[0]?.delta.content ?? '')
  expect(texts.join('')).toBe('Hello')
})

describe('a route of two vendors', () => {
  const ill = json(vendorError(`secret detail: ${vendorKey}`), { status: 500 })
  const asked = { ...hello, model: 'fast' }

  /** One service for both: the path tells them apart. */
  async function serveRoute(bad: Answer, good: Answer): Promise<Served> {
    const both = await fakeService(({ path: address }) => (address.startsWith('/bad') ? bad : good))
    const provider = {
      plugin: 'openai-compatible',
      api_base: `${both.url}/bad`,
      api_key: 'sk-other-key',
      max_retries: 0,
      stall_timeout: 0.2
    }
    const served = await serve(good, {
      config: { providers: { bad: provider }, routes: { fast: ['bad/m1', 'vendor/m1'] } },
      settings: { max_retries: 0, api_base: `${both.url}/good` }
    })
    return {
      ...served,
      async [Symbol.asyncDispose]() {
        await served[Symbol.asyncDispose]()
        await both.close()
      }
    }
  }

  test('G10 goes on to the second before the first event, and says which it was', async () => {
    await using served = await serveRoute(ill, json(completion('Hello')))
    const response = await served.ask(path, asked)
    expect(await response.json()).toMatchObject({ model: 'm1', choices: [{ message: { content: 'Hello' } }] })
    expect(response.headers.get('x-resoftai-provider')).toBe('vendor')
    expect(response.headers.get('x-resoftai-attempts')).toBe('2')
  })

  test('G10 does the same in a stream', async () => {
    await using served = await serveRoute(ill, sse([said('Hello'), finished()]))
    const response = await served.ask(path, { ...asked, stream: true })
    expect(response.headers.get('x-resoftai-provider')).not.toBe('fast')
    const text = await response.text()
    expect(text).toContain('"content":"Hello"')
    expect(text).toMatch(/data: \[DONE\]\n\n$/)
    expect(text).not.toContain('error')
  })

  test.each<[string, Answer]>([
    ['stalls', sse([said('Hel'), stall], { done: false })],
    ['is cut', sse([said('Hel'), wait(20), cut], { done: false })]
  ])('G11 does not mix two replies: a stream that %s ends with an error', async (_what, bad) => {
    await using served = await serveRoute(bad, sse([said('Other'), finished()]))
    const text = await (await served.ask(path, { ...asked, stream: true })).text()
    expect(text).toContain('"content":"Hel"')
    expect(text).not.toContain('Other')
    expect(text).toMatch(/data: \{"error":.*\}\n\n$/)
    expect(text).not.toContain('[DONE]')
  })

  test('G12 where both fail, says so once and without secrets', async () => {
    await using served = await serveRoute(ill, ill)
    const response = await served.ask(path, asked)
    expect(response.status).toBe(502)
    const text = await response.text()
    expect(text).not.toMatch(/canary|secret detail/)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'provider_error' } })
    expect(response.headers.get('x-resoftai-attempts')).toBe('2')
    expect(text).toContain('The provider vendor failed. Tried before: bad (server).')
  })
})
