import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { LookupFunction } from 'node:net'
import { networkInterfaces } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport } from '@resoftai/core'
import {
  cut,
  end,
  fakeService,
  formatEvent,
  headers,
  interim,
  json,
  raw,
  rawService,
  stall,
  text,
  wait,
  write,
  type Answer
} from '@resoftai/sdk/testing'
import { fullListener } from './load/full-listener.ts'
import { completion, connect, failureOf, finished, key, question, readAll, said, withVendor } from './support.ts'

const quick = { retry: { base_delay: 0.1, max_delay: 0.1 } }
const oneTry = { max_retries: 0 }

/** A host whose names are resolved as told, one answer after the other; the last one repeats. */
function withNames(...answers: readonly (readonly string[] | NodeJS.ErrnoException)[]) {
  const asked: string[] = []
  const lookup: LookupFunction = (host, _options, callback) => {
    const answer = answers[Math.min(asked.push(host), answers.length) - 1] ?? []
    if (answer instanceof Error) callback(answer, [])
    else
      callback(
        null,
        answer.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      )
  }
  return { asked, overrides: { transport: createTransport({ lookup }) } }
}

function dnsError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ${code}`), { code })
}

const isLinux = process.platform === 'linux'
const hasIpv6 = Object.values(networkInterfaces()).some(each => each?.some(({ address }) => address === '::1'))
const onLinux = isLinux ? test : test.skip
const onLinuxWithIpv6 = isLinux && hasIpv6 ? test : test.skip

describe('a name', () => {
  test('N01 a host that does not exist fails at once, is named, and is not asked for again', async () => {
    const { asked, overrides } = withNames(dnsError('ENOTFOUND'))
    await using client = await connect('http://x.invalid/v1', { overrides })
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'network', code: 'dns', retryable: false })
    expect(error.message).toContain('x.invalid')
    expect(asked).toEqual(['x.invalid'])
    expect(JSON.stringify(error)).not.toContain(key)
  })

  test('N02 a name server that does not answer is asked again', async () => {
    await using service = await fakeService(json(completion('hi')))
    const { overrides } = withNames(dnsError('EAI_AGAIN'), ['127.0.0.1'])
    await using client = await connect(service.url.replace('127.0.0.1', 'vendor.test'), { overrides, settings: quick })
    const reply = await client.provider.chat(question)
    expect(reply.attempts.map(({ code }) => code)).toEqual(['dns', undefined])
    expect(service.requests).toHaveLength(1)
  })

  test('N03 the limit for connecting covers a slow name server', async () => {
    const slow: LookupFunction = (_host, _options, callback) => void setTimeout(() => callback(null, []), 8_000).unref()
    await using client = await connect('http://vendor.test/v1', {
      overrides: { transport: createTransport({ lookup: slow }) },
      settings: { ...oneTry, connect_timeout: 0.1 }
    })
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'connect' })
    expect(error.attempts[0]?.durationMs).toBeLessThan(4_000)
  })

  onLinuxWithIpv6('N04 of two addresses the one that answers is used', async () => {
    await using hole = await fullListener()
    const port = Number(new URL(hole.url).port)
    await using service = await fakeService(json(completion('hi')), { host: '::1', port })
    const { overrides } = withNames(['127.0.0.1', '::1'])
    await using client = await connect(`http://vendor.test:${port}`, { overrides, settings: oneTry })
    expect(await client.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(service.requests).toHaveLength(1)
  })
})

test('a public name that leads to a private address is refused, unless private_network says that it is meant', async () => {
  await using service = await fakeService(json(completion('hi')))
  const address = service.url.replace('127.0.0.1', 'api.example.com')
  const { overrides } = withNames(['127.0.0.1'])
  await using strict = await connect(address, { overrides })
  expect(await failureOf(strict.provider.chat(question))).toMatchObject({ kind: 'permission', code: 'private_address' })
  expect(service.requests).toHaveLength(0)
  await using open = await connect(address, { overrides, settings: { private_network: true } })
  expect(await open.provider.chat(question)).toMatchObject({ content: 'hi' })
})

describe('a connection', () => {
  test('N05 a refused connection is tried again, so often and no more', async () => {
    const closed = await rawService(() => {})
    await closed.close()
    await using client = await connect(closed.url, { settings: { ...quick, max_retries: 2 } })
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'network', code: 'connect' })
    expect(error.message).toContain(`127.0.0.1:${closed.port}`)
    expect(error.attempts.map(({ phase }) => phase)).toEqual(['connect', 'connect', 'connect'])
  })

  onLinux('N06 a connection that is never made ends at its own limit', async () => {
    await using hole = await fullListener()
    await using client = await connect(hole.url, { settings: { ...oneTry, connect_timeout: 0.5 } })
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'timeout', code: 'connect', retryable: true })
    expect(error.message).toContain('0.5 s')
    expect(error.attempts[0]?.durationMs).toBeGreaterThanOrEqual(490)
    expect(error.attempts[0]?.durationMs).toBeLessThan(3_000)
    while (hole.connecting() > 0) await sleep(5)
  })

  onLinux('N06 closing the transport gives up a connection that is being made', async () => {
    await using hole = await fullListener()
    const transport = createTransport()
    const request = {
      method: 'GET',
      origin: hole.url,
      path: '/',
      headers: {},
      body: undefined,
      reach: 'any',
      connectTimeoutMs: 30_000
    } as const
    const { response } = await transport.send(request)
    while (hole.connecting() === 0) await sleep(5)
    const failing = expect(response).rejects.toThrow()
    await transport.close()
    await failing
    while (hole.connecting() > 0) await sleep(5)
  })

  test('N46 no call fails when the vendor closes idle connections at just that moment', async () => {
    const answer = json(completion('hi'))
    await using vendor = await withVendor({ ...answer, steps: [...answer.steps, end, wait(15), cut] }, { settings: quick })
    const oneLane = async (lane: number) => {
      for (let call = 0; call < 10; call++) {
        const { content, attempts } = await vendor.provider.chat(question)
        expect({ content, tries: attempts.length }).toEqual({ content: 'hi', tries: 1 })
        await sleep(12 + ((lane + call) % 6))
      }
    }
    await Promise.all(Array.from({ length: 10 }, (_, lane) => oneLane(lane)))
  })

  test('N46 what an idle connection did not carry is sent once more, on a fresh one', async () => {
    const served = new Set<number>()
    await using vendor = await withVendor(({ socket }) => {
      if (served.has(socket)) return raw(cut)
      served.add(socket)
      return json(completion('hi'))
    })
    await Promise.all([vendor.provider.chat(question), vendor.provider.chat(question)])
    await sleep(20)
    const { attempts } = await vendor.provider.chat(question)
    expect(attempts).toHaveLength(1)
    // Two that opened a connection each, one that found it closed, one on a third.
    expect(vendor.service.requests.map(({ socket }) => socket)).toEqual([0, 1, expect.any(Number), 2])
  })

  test('N47 what comes on an idle connection is no answer to the next call', async () => {
    const junk = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
    const first = json(completion('first'))
    await using vendor = await withVendor([{ ...first, steps: [...first.steps, end, wait(10), write(junk)] }, json(completion('second'))])
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'first' })
    await sleep(50)
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'second' })
    expect(vendor.service.requests.map(({ socket }) => socket)).toEqual([0, 1])
  })

  test('N29 what stands behind the announced length is not read as the next answer', async () => {
    const body = JSON.stringify(completion('first'))
    const head = (length: number) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
    const poison = JSON.stringify(completion('poison'))
    const answers = [raw(head(body.length), body + head(poison.length) + poison, stall), json(completion('second'))]
    await using vendor = await withVendor(answers)
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'first' })
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'second' })
    expect(vendor.service.requests.map(({ socket }) => socket)).toEqual([0, 1])
  })

  test('N48 of 200 calls at once each gets its own answer', async () => {
    const echo = async (request: { readonly json: unknown }): Promise<Answer> => {
      await sleep(Math.random() * 20)
      const { messages } = request.json as { readonly messages: readonly { readonly content: string }[] }
      return json(completion(messages[0]?.content ?? ''))
    }
    await using vendor = await withVendor(echo)
    const nonces = Array.from({ length: 200 }, () => randomUUID())
    const replies = await Promise.all(nonces.map(content => vendor.provider.chat({ messages: [{ role: 'user', content }] })))
    expect(replies.map(({ content }) => content)).toEqual(nonces)
  })
})

describe('an answer', () => {
  test.each([301, 302, 303])('N41 a redirect %i is not followed, and says where to', async status => {
    await using vendor = await withVendor([text('', { status, headers: { location: '/v2/chat' } }), json(completion('hi'))])
    const error = await failureOf(vendor.provider.chat(question))
    expect(error).toMatchObject({ kind: 'protocol', code: 'redirect', status, hint: expect.stringContaining('api_base') })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each([307, 308])('N42 a redirect %i to another host gets neither key nor prompt', async status => {
    await using other = await fakeService(json(completion('stolen')))
    await using vendor = await withVendor(text('', { status, headers: { location: other.url.replace('127.0.0.1', 'localhost') } }))
    const error = await failureOf(vendor.provider.chat(question))
    expect(error).toMatchObject({ kind: 'protocol', code: 'redirect', status })
    expect(error.message).toContain('localhost')
    expect(other.requests).toHaveLength(0)
    expect(vendor.service.requests).toHaveLength(1)
  })

  test('N43 a redirect to itself is one call', async () => {
    await using vendor = await withVendor(request => text('', { status: 307, headers: { location: request.path } }))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ code: 'redirect' })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each([
    ['100', [interim(100)]],
    ['103', [interim(103, { link: '</a>' })]],
    ['100 and 103 in pieces', [interim(100), wait(5), interim(103), wait(5), interim(100)]]
  ])('N44 interim answers before the real one change nothing (%s)', async (_name, steps) => {
    const answers = [said('hi'), finished()].map(event => write(formatEvent(event)))
    const type = { 'content-type': 'text/event-stream' }
    await using vendor = await withVendor({ headers: type, steps: [...steps, headers, ...answers, write('data: [DONE]\n\n')] })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'hi', error: undefined })
    await sleep(20)
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'hi', error: undefined })
    expect(vendor.service.requests.map(({ socket }) => socket)).toEqual([0, 0])
  })

  test('N44 an interim answer byte by byte changes nothing', async () => {
    const body = JSON.stringify(completion('HTTP/1.1 100 Continue\r\n\r\n'))
    const whole = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    await using vendor = await withVendor(raw(...Array.from(whole).flatMap(byte => [write(byte), wait(0)])))
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'HTTP/1.1 100 Continue\r\n\r\n' })
  })

  test.each([204, 205, 200])('N45 a %i without a body is no reply', async status => {
    await using vendor = await withVendor(text('', { status }), { settings: oneTry })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol', status })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: '', error: { kind: 'protocol', status } })
  })
})
