import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as openSocket, type AddressInfo, type LookupFunction, type Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { createTransport } from '@resoftai/core'
import {
  cut,
  end,
  fakeService,
  flood,
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
import { completion, connect, delta, failureOf, finished, key, question, readAll, said, vendorError, withVendor } from './support.ts'

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

describe('a compressed answer', () => {
  const whole = JSON.stringify(completion('hi'))
  const stream = [said('hi'), finished(), '[DONE]'].map(event => formatEvent(event)).join('')
  const asJson = (bytes: Uint8Array, encoding: string, status = 200) =>
    text(bytes, { status, headers: { 'content-type': 'application/json', 'content-encoding': encoding } })
  const asStream = (bytes: Uint8Array, encoding: string) =>
    text(bytes, { headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding } })

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync]
  ])('N36 %s that was not asked for is read', async (encoding, compress) => {
    await using vendor = await withVendor([
      asJson(compress(whole), encoding),
      asStream(compress(stream), encoding),
      asJson(compress(JSON.stringify(vendorError('no such key'))), encoding, 401),
      asJson(compress(JSON.stringify({ data: [{ id: 'm1' }] })), encoding)
    ])
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'hi', error: undefined })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'auth', message: expect.stringContaining('no such key') })
    expect(await vendor.provider.models()).toEqual([{ id: 'm1' }])
  })

  test('N36 a compressed stream is told as it comes', async () => {
    // Deflated texts may follow one another, each flushed but not ended.
    const flushed = { finishFlush: constants.Z_SYNC_FLUSH }
    const first = gzipSync(formatEvent(said('one')), flushed)
    const second = deflateRawSync(formatEvent(said(' two')), flushed)
    const type = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }
    await using vendor = await withVendor(
      { headers: type, steps: [write(first), write(second), stall] },
      { settings: { stall_timeout: 0.2, ...oneTry, fallback_to_nonstream: false } }
    )
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: 'one two', error: { kind: 'stalled' } })
  })

  test.each([
    ['cut', gzipSync(whole).subarray(0, 60), 'truncated'],
    ['broken', Buffer.concat([gzipSync(whole).subarray(0, 20), Buffer.alloc(80, 0xff)]), 'protocol'],
    ['no gzip at all', Buffer.from(whole), 'protocol'],
    ['only a header', gzipSync(whole).subarray(0, 10), 'truncated']
  ])('N36 compressed bytes that are %s are an error', async (_name, bytes, kind) => {
    await using vendor = await withVendor(
      request => (/"stream":true/.test(request.body) ? asStream(bytes, 'gzip') : asJson(bytes, 'gzip')),
      {
        settings: oneTry
      }
    )
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind })
    expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: '', error: { kind } })
    expect(await failureOf(vendor.provider.models())).toMatchObject({ kind })
  })

  test('N36 a body that cannot be read is not waited for', async () => {
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    await using vendor = await withVendor({ headers: type, steps: [write('this is no gzip'), stall] }, { settings: oneTry })
    expect(await failureOf(vendor.provider.models())).toMatchObject({ kind: 'protocol', code: 'encoding' })
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  })

  test.each(['zstd', 'gzip, gzip', 'compress', '__proto__'])('N36 an encoding that cannot be read (%s) is named', async encoding => {
    await using vendor = await withVendor(asJson(gzipSync(gzipSync(whole)), encoding))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({
      kind: 'protocol',
      code: 'encoding',
      retryable: false
    })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each(['gzip', 'zstd'])('N36 an error whose body cannot be read (%s) is still that error', async encoding => {
    const broken = Buffer.concat([gzipSync(whole).subarray(0, 20), Buffer.alloc(80, 0xff)])
    await using vendor = await withVendor(asJson(broken, encoding, 401))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'auth', status: 401 })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test('N37 ten thousand layers of compression are refused by their header', async () => {
    const encoding = Array.from({ length: 10_000 }, () => 'gzip').join(', ')
    await using vendor = await withVendor(asJson(gzipSync(whole), encoding))
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol', code: 'too_large' })
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each(['application/json', 'text/event-stream'])('N37 a bomb of 1 GiB (%s) is too large, and costs little memory', async type => {
    // Gzip members may follow one another: 64 of 16 MiB each.
    const bomb = Buffer.concat(Array<Buffer>(64).fill(gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))))
    await using service = await fakeService([
      json(completion('hi')),
      text(bomb, { headers: { 'content-type': type, 'content-encoding': 'gzip' } })
    ])
    const grown = await runApart<{ code: string; mebibytes: number }>(
      service.url,
      `await provider.chat(question)
       const before = process.resourceUsage().maxRSS
       const code = await provider.chat(question).then(() => 'none', error => error.code)
       return { code, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }`
    )
    expect(grown.code).toBe('too_large')
    expect(grown.mebibytes).toBeLessThan(100)
    expect(service.requests).toHaveLength(2)
    expect(service.openSockets()).toBe(0)
  })
})

describe('an answer without end', () => {
  // Each event is small enough, and says nothing.
  const wordy = `: ${'x'.repeat(1023)}\n`.repeat(4096) + formatEvent(delta({}))

  test('N38 a body of a gigabyte is too large, and is not taken', async () => {
    const answer = { headers: { 'content-type': 'application/json' }, steps: [flood(Buffer.alloc(1024 * 1024, ' '), 1024)] }
    await using vendor = await withVendor(answer)
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'protocol', code: 'too_large', retryable: false })
    expect(vendor.service.requests).toHaveLength(1)
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  })

  test('N38 a stream that never ends is too large in the end', async () => {
    await using vendor = await withVendor({ headers: { 'content-type': 'text/event-stream' }, steps: [flood(wordy)] })
    const { error } = await readAll(vendor.provider.stream(question))
    expect(error).toMatchObject({ kind: 'protocol', code: 'too_large' })
    expect(error?.message).toContain('512 MiB')
    expect(vendor.service.requests).toHaveLength(1)
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  }, 60_000)

  const long = process.env['FAULTS'] === 'long' ? test : test.skip
  long(
    'N38 a compressed stream that never ends is too large in the end',
    async () => {
      const type = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }
      await using vendor = await withVendor({ headers: type, steps: [flood(gzipSync(wordy))] })
      const { error } = await readAll(vendor.provider.stream(question))
      expect(error).toMatchObject({ kind: 'protocol', code: 'too_large' })
      expect(error?.message).toContain('512 MiB')
      expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
    },
    60_000
  )
})

const certificates = makeCertificates()
const withCertificates = certificates === undefined ? describe.skip : describe

// Without the command `openssl` there is nobody to make certificates.
withCertificates('TLS', () => {
  const { authority, good, elsewhere, expired, alone } = certificates ?? ({} as Certificates)
  const known = getCACertificates('default')
  beforeAll(() => setDefaultCACertificates([...known, authority.cert]))
  afterAll(() => setDefaultCACertificates(known))

  test('N07 a certificate of a known authority is trusted', async () => {
    await using server = await tlsService(good)
    await using client = await connect(server.url)
    expect(await client.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(server.heard()).toContain(key)
  })

  test.each([
    ['expired', expired, 'CERT_HAS_EXPIRED'],
    ['for another host', elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self-signed', alone, 'DEPTH_ZERO_SELF_SIGNED_CERT']
  ])('N07 a certificate that is %s stops the call before a byte is sent', async (_name, certificate, code) => {
    await using server = await tlsService(certificate)
    await using client = await connect(server.url)
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'network', code: 'tls', retryable: false, message: expect.stringContaining(code) })
    expect(error.attempts).toHaveLength(1)
    expect(`${error.message} ${error.hint}`).not.toMatch(/reject|disable|insecure|skip/i)
    expect(server.heard()).toBe('')
  })

  test('N07 the environment cannot turn the check off', async () => {
    await using server = await tlsService(alone)
    const script = 'return provider.chat(question).then(() => "trusted", error => error.code)'
    expect(await runApart(server.url, script, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toBe('tls')
    expect(server.heard()).toBe('')
  })

  test('N08 https to a plain port, and http to a TLS port, are one try', async () => {
    await using plain = await fakeService(json(completion('hi')))
    await using toPlain = await connect(plain.url.replace('http:', 'https:'))
    await using server = await tlsService(good)
    await using toTls = await connect(server.url.replace('https:', 'http:'))
    for (const { provider } of [toPlain, toTls]) {
      const error = await failureOf(provider.chat(question))
      expect(error).toMatchObject({ kind: 'network', code: 'tls', retryable: false, hint: expect.stringContaining('http') })
      expect(error.attempts).toHaveLength(1)
    }
  })

  test('N49 through a live proxy only the vendor hears the key and the prompt', async () => {
    await using server = await tlsService(good)
    const heard: string[] = []
    await using proxy = await rawService(socket => {
      socket.once('data', request => {
        heard.push(request.toString())
        const way = openSocket(Number(new URL(server.url).port), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connected\r\n\r\n')
          socket.on('data', chunk => heard.push(chunk.toString('latin1')))
          socket.pipe(way).pipe(socket)
        })
        way.on('error', () => {})
      })
    })
    const env = { https_proxy: proxy.url.replace('//', '//user:proxy-secret@') }
    await using client = await connect(server.url.replace('127.0.0.1', 'vendor.test'), { env })
    expect(await client.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(heard[0]).toMatch(/^CONNECT vendor\.test:\d+ HTTP\/1\.1\r\n/)
    expect(heard[0]).toContain(btoa('user:proxy-secret'))
    expect(heard.join('')).not.toMatch(new RegExp(`${key}|Hello`))
    expect(server.heard()).toContain(`Bearer ${key}`)
    expect(server.heard()).not.toContain('proxy-')
  })

  test('N50 HTTP/2 is not offered, so nothing of it can go wrong', async () => {
    const offered: string[][] = []
    const ALPNCallback: TlsOptions['ALPNCallback'] = ({ protocols }) => {
      offered.push(protocols)
      return 'http/1.1'
    }
    await using server = await tlsService({ ...good, ALPNCallback })
    await using client = await connect(server.url)
    expect(await client.provider.chat(question)).toMatchObject({ content: 'hi' })
    expect(offered).toEqual([['http/1.1']])
  })
})

describe('a port that does not speak HTTP', () => {
  test('N08 the alarm of a TLS port is not read as HTTP, and is one try', async () => {
    await using service = await rawService(socket => socket.once('data', () => socket.end(Buffer.from('15030100020216', 'hex'))))
    await using client = await connect(service.url)
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'protocol', code: 'http', retryable: false })
    expect(service.connections()).toBe(1)
  })

  test('N09 a plain port that closes without a word at first is asked again', async () => {
    await using vendor = await withVendor([raw(cut), json(completion('hi'))], { settings: quick })
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'hi' })
  })
})

describe('a proxy', () => {
  test('N49 a dead one is named, with the variable and without its password', async () => {
    const dead = await rawService(() => {})
    await dead.close()
    const env = { HTTPS_PROXY: `http://user:proxy-secret@127.0.0.1:${dead.port}` }
    await using client = await connect('https://api.example.com/v1', { env, settings: { ...quick, max_retries: 1 } })
    const error = await failureOf(client.provider.chat(question))
    expect(error).toMatchObject({ kind: 'network', code: 'connect', hint: expect.stringContaining('HTTPS_PROXY') })
    expect(error.message).toContain(`http://127.0.0.1:${dead.port} (HTTPS_PROXY)`)
    expect(JSON.stringify(error)).not.toContain('proxy-secret')
    expect(error.attempts).toHaveLength(2)
  })

  test('N49 NO_PROXY names what is asked without it', async () => {
    await using service = await fakeService(json(completion('hi')))
    const lookup: LookupFunction = (_host, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    const env = { http_proxy: 'http://127.0.0.1:1', NO_PROXY: 'other.test, .vendor.test' }
    await using client = await connect(service.url.replace('127.0.0.1', 'api.vendor.test'), {
      overrides: { transport: createTransport({ env, lookup }) }
    })
    expect(await client.provider.chat(question)).toMatchObject({ content: 'hi' })
  })
})

/** Runs the body of a function with a host in a process of its own, and gives what it returned. */
async function runApart<T>(address: string, body: string, env: Readonly<Record<string, string>> = {}): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
  const vendor = { plugin: 'openai-compatible', api_base: address, api_key: key, default_model: 'm1' }
  const options = { env: {}, cwd: home, home, config: { providers: { vendor }, log: { level: 'silent' } } }
  const script = `import { createHost } from 'resoftai'
    const host = await createHost(${JSON.stringify(options)})
    const provider = await host.provider('vendor')
    const question = ${JSON.stringify(question)}
    const result = await (async () => { ${body} })()
    await host.close()
    console.log(JSON.stringify(result))`
  try {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let output = ''
    for await (const chunk of child.stdout) output += String(chunk)
    return JSON.parse(output) as T
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

interface Certificate {
  readonly key: string
  readonly cert: string
}

type Certificates = Readonly<Record<'authority' | 'good' | 'elsewhere' | 'expired' | 'alone', Certificate>>

/** Certificates of an authority of our own, or nothing where they cannot be made. */
function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const read = (name: string) => ({
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    cert: readFileSync(join(folder, `${name}.pem`), 'utf8')
  })
  const signSelf = (name: string, subject: string) => {
    run('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '1', '-subj', `/CN=${subject}`)
    return read(name)
  }
  const sign = (name: string, names: string, days: string) => {
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}`)
    run('req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-extfile', `${name}.ext`]
    run('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', days, ...by)
    return read(name)
  }
  try {
    return {
      authority: signSelf('authority', 'Authority of a test'),
      good: sign('good', 'IP:127.0.0.1,DNS:vendor.test', '1'),
      elsewhere: sign('elsewhere', 'DNS:elsewhere.test', '1'),
      expired: sign('expired', 'IP:127.0.0.1', '-1'),
      alone: signSelf('alone', '127.0.0.1')
    }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A vendor behind TLS, and what it was told. */
async function tlsService(options: TlsOptions) {
  const body = JSON.stringify(completion('hi'))
  let heard = ''
  const sockets = new Set<Socket>()
  const server = createTlsServer(options, socket => {
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
      if (chunk.includes('\r\n\r\n'))
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
