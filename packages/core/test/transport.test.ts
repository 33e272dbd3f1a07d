import { describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeService, json, sse, stall, text, write } from '@resoftai/sdk/testing'
import { createChannel, createTransport } from '../src/transport/index.ts'
import { simpleDialect } from './simple-dialect.ts'
import { secret, start } from './started.ts'

const placeholder = '{{secret:api_key}}'
const secrets = new Map([[placeholder, secret]])

describe('the channel of a provider', () => {
  test('puts secrets into header values, and into no other place', async () => {
    await using service = await fakeService(json({}))
    const transport = createTransport()
    const channel = createChannel({ transport, allowedHosts: [service.url], reach: new Map([[service.url, 'private']]), secretQuery: [] })
    const wire = {
      url: `${service.url}/p?key=${encodeURIComponent(placeholder)}`,
      headers: { Authorization: `Bearer ${placeholder}` },
      body: { key: placeholder }
    }
    const exchange = await channel.send(wire, { secrets })
    await exchange.response
    const [request] = service.requests
    expect(request?.headers['authorization']).toBe(`Bearer ${secret}`)
    expect(request?.path).not.toContain(secret)
    expect(request?.body).toContain(placeholder)
    await transport.close()
  })

  test('puts a secret into the query parameter the manifest names', async () => {
    await using service = await fakeService(json({}))
    const transport = createTransport()
    const channel = createChannel({
      transport,
      allowedHosts: [service.url],
      reach: new Map([[service.url, 'private']]),
      secretQuery: ['key']
    })
    const exchange = await channel.send({ url: `${service.url}/p?a=1&key=${encodeURIComponent(placeholder)}`, headers: {} }, { secrets })
    await exchange.response
    expect(service.requests[0]?.path).toBe(`/p?a=1&key=${secret}`)
    await transport.close()
  })

  test.each<[string, string, boolean]>([
    ['https://api.example.com', 'https://api.example.com/v1', true],
    ['https://api.example.com', 'https://api.example.com:444/v1', false],
    ['https://api.example.com', 'http://api.example.com/v1', false],
    ['https://api.example.com', 'https://api.example.com.evil.test/v1', false],
    ['https://api.example.com', 'https://user:pass@api.example.com/v1', false],
    ['*.example.com', 'https://a.example.com/v1', true],
    ['*.example.com', 'https://example.com/v1', false],
    ['*.example.com', 'http://a.example.com/v1', false],
    ['*.example.com', 'https://aexample.com/v1', false],
    ['https://api.example.com', 'file:///etc/passwd', false],
    ['https://api.example.com', 'not a url', false]
  ])('allows %s: %s is %p', (allowed, url, good) => {
    const sent: string[] = []
    const transport = {
      send: (request: { origin: string }) => (sent.push(request.origin), Promise.reject(new Error('not needed'))),
      close: async () => {}
    }
    const channel = createChannel({ transport, allowedHosts: [allowed], reach: new Map(), secretQuery: [] })
    const send = () => channel.send({ url, headers: {} }, { secrets }).catch(() => undefined)
    if (good) void send()
    else expect(send).toThrow(expect.objectContaining({ name: 'ProviderError' }))
    expect(sent).toHaveLength(good ? 1 : 0)
  })
})

describe('reading an answer', () => {
  test('a reader that stops pauses the vendor', async () => {
    let written = 0
    const piece = `data: ${JSON.stringify({ text: 'x'.repeat(60_000) })}\n\n`
    const flood = async (connection: { closed: boolean; write(bytes: string): Promise<void> | undefined }) => {
      while (!connection.closed) {
        await connection.write(piece)
        written += piece.length
      }
    }
    await using service = await fakeService({ headers: { 'content-type': 'text/event-stream' }, steps: [flood] })
    await using host = start(simpleDialect(service.url), service.url)
    const events = host.client.stream({ messages: [{ role: 'user', content: 'x' }] })
    await events.next()
    await sleep(200)
    const paused = written
    await sleep(200)
    expect(written).toBe(paused)
    // Our queue and the kernel's buffers, no more.
    expect(paused).toBeLessThan(32 * 1024 * 1024)
    for (let count = 0; count < 200; count++) await events.next()
    await events.return()
    await sleep(50)
    expect(written).toBeGreaterThan(paused)
    expect(service.openSockets()).toBe(0)
  })

  test('a vendor that goes on after its end mark loses the connection', async () => {
    await using service = await fakeService(sse([{ text: 'a' }, { end: 'stop' }, '[DONE]', stall], { done: false }))
    await using host = start(simpleDialect(service.url), service.url)
    for await (const _ of host.client.stream({ messages: [{ role: 'user', content: 'x' }] }));
    await sleep(400)
    expect(service.openSockets()).toBe(0)
  })

  test('N38 a body without end is too large', async () => {
    const megabyte = 'x'.repeat(1024 * 1024)
    await using service = await fakeService({
      headers: { 'content-type': 'application/json' },
      steps: Array.from({ length: 40 }, () => write(megabyte))
    })
    await using host = start(simpleDialect(service.url), service.url)
    await expect(host.client.chat({ messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({ code: 'too_large' })
    expect(service.requests).toHaveLength(1)
  })

  test('H33 of a huge error body only the beginning is read, without control characters', async () => {
    await using service = await fakeService(text(`\u001b[31mred ${'x'.repeat(10_000_000)}`, { status: 400 }))
    await using host = start(simpleDialect(service.url), service.url)
    const error: unknown = await host.client.chat({ messages: [{ role: 'user', content: 'x' }] }).catch((reason: unknown) => reason)
    expect((error as Error).message).not.toContain('\u001b')
    expect((error as Error).message.length).toBeLessThan(3_000)
  })
})

describe('what is not a chat', () => {
  test('models are listed, and the list is tried again', async () => {
    await using service = await fakeService([json({}, { status: 503 }), json(['m1', 'm2'])])
    await using host = start(simpleDialect(service.url), service.url)
    expect(await host.client.models()).toEqual([{ id: 'm1' }, { id: 'm2' }])
  })

  test('health is true or says what to do, and never throws', async () => {
    await using good = await fakeService(json([]))
    await using healthy = start(simpleDialect(good.url), good.url)
    expect(await healthy.client.health()).toMatchObject({ ok: true })
    await using bad = await fakeService(json({}, { status: 401 }))
    await using sick = start(simpleDialect(bad.url), bad.url)
    expect(await sick.client.health()).toMatchObject({ ok: false, error: { kind: 'auth', hint: expect.stringContaining('TEST_API_KEY') } })
  })
})
