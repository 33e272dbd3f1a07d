import { describe, expect, test } from '@jest/globals'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeService, json, rawService } from '@resoftai/sdk/testing'
import { proxyFinder } from '../src/transport/proxy.ts'
import { createTransport, type HttpRequest } from '../src/transport/index.ts'

type Environment = Readonly<Record<string, string>>

/** One POST through a transport of its own: the status and body that came. */
async function ask(env: Environment, origin: string, more: Partial<HttpRequest> = {}) {
  const transport = createTransport({ env })
  try {
    const exchange = await transport.send({ method: 'POST', origin, path: '/chat?a=1', headers: {}, body: '{}', ...more })
    const { status } = await exchange.response
    const chunks: Uint8Array[] = []
    for (let chunk; (chunk = await exchange.read()) !== undefined;) chunks.push(chunk)
    return { status, body: Buffer.concat(chunks).toString() }
  } finally {
    await transport.close()
  }
}

/** A proxy that answers the beginning of every connection with the same bytes, and keeps what it was told. */
async function answering(bytes: string | undefined) {
  const heard: string[] = []
  const service = await rawService(socket => {
    socket.on('data', chunk => {
      heard.push(chunk.toString('latin1'))
      if (bytes !== undefined) socket.end(bytes)
    })
  })
  return { ...service, heard }
}

describe('which proxy is asked', () => {
  const through = (env: Environment, origin: string) => proxyFinder(env)(origin)?.name

  test.each<[Environment, string, string | undefined]>([
    [{}, 'https://api.example.com', undefined],
    [{ HTTPS_PROXY: '' }, 'https://api.example.com', undefined],
    [{ HTTPS_PROXY: 'http://p:1' }, 'https://api.example.com', 'http://p:1 (HTTPS_PROXY)'],
    [{ HTTPS_PROXY: 'http://p:1' }, 'http://api.example.com', undefined],
    [{ HTTP_PROXY: 'http://p:1' }, 'https://api.example.com', undefined],
    [{ HTTPS_PROXY: 'http://p:1', https_proxy: 'http://q:2' }, 'https://api.example.com', 'http://q:2 (https_proxy)'],
    [{ ALL_PROXY: 'socks5h://p:1', HTTP_PROXY: 'q:2' }, 'https://api.example.com', 'socks5h://p:1 (ALL_PROXY)'],
    [{ ALL_PROXY: 'socks5h://p:1', HTTP_PROXY: 'q:2' }, 'http://api.example.com', 'http://q:2 (HTTP_PROXY)'],
    [{ ALL_PROXY: 'http://user:secret@p:1' }, 'https://api.example.com', 'http://p:1 (ALL_PROXY)'],
    [{ ALL_PROXY: 'http://p:1' }, 'http://localhost:11434', undefined],
    [{ ALL_PROXY: 'http://p:1' }, 'http://a.localhost', undefined],
    [{ ALL_PROXY: 'http://p:1' }, 'http://127.0.0.1:11434', undefined],
    [{ ALL_PROXY: 'http://p:1' }, 'http://[::1]:11434', undefined]
  ])('%j, %s: %s', (env, origin, name) => {
    expect(through(env, origin)).toBe(name)
  })

  test.each<[string, string, boolean]>([
    ['*', 'https://api.example.com', true],
    ['example.com', 'https://api.example.com', true],
    ['example.com', 'https://example.com', true],
    ['EXAMPLE.com', 'https://api.example.com', true],
    ['.example.com', 'https://api.example.com', true],
    ['*.example.com', 'https://api.example.com', true],
    ['a.test b.test,example.com', 'https://api.example.com', true],
    ['ample.com', 'https://api.example.com', false],
    ['api.example.com.evil', 'https://api.example.com', false],
    ['example.com:443', 'https://api.example.com', true],
    ['example.com:8443', 'https://api.example.com', false],
    ['example.com:8443', 'https://api.example.com:8443', true],
    ['10.1.2.3', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/99', 'http://10.1.2.3', false],
    ['fd00::/8', 'http://[fd00::1]', true],
    ['fd00::1', 'http://[fd00::1]', true],
    ['[fd00::1]:80', 'http://[fd00::1]', true],
    ['[fd00::1]:80', 'http://[fd00::1]:81', false]
  ])('NO_PROXY=%s keeps %s from it: %s', (exceptions, origin, isDirect) => {
    expect(through({ ALL_PROXY: 'http://p:1', NO_PROXY: exceptions }, origin) === undefined).toBe(isDirect)
  })

  test.each(['ftp://p:1', 'http://', 'http://u:%ZZ-secret@p:1'])('what is no proxy is named by its variable: %s', async value => {
    const asking = ask({ HTTPS_PROXY: value }, 'https://api.example.com')
    await expect(asking).rejects.toMatchObject({
      kind: 'network',
      code: 'proxy',
      retryable: false,
      message: expect.stringMatching(/^HTTPS_PROXY/)
    })
    await expect(asking).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
  })
})

describe('through a proxy', () => {
  test('http is asked by its whole address, with the name and password for the proxy only', async () => {
    await using proxy = await fakeService(json({ ok: true }))
    const env = { HTTP_PROXY: proxy.url.replace('//', '//user:pass%20word@') }
    expect(await ask(env, 'http://api.example.com')).toEqual({ status: 200, body: '{"ok":true}' })
    const [request] = proxy.requests
    expect(request?.path).toBe('http://api.example.com/chat?a=1')
    expect(request?.headers['host']).toBe('api.example.com')
    expect(request?.headers['proxy-authorization']).toBe(`Basic ${btoa('user:pass word')}`)
  })

  test('https is a tunnel to the name, which the proxy resolves', async () => {
    await using proxy = await answering('HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n')
    const asking = ask({ HTTPS_PROXY: proxy.url }, 'https://api.example.com', { headers: { authorization: 'Bearer key' } })
    await expect(asking).rejects.toMatchObject({
      kind: 'network',
      code: 'proxy',
      retryable: false,
      hint: expect.stringContaining('HTTPS_PROXY')
    })
    await expect(asking).rejects.toThrow(/through the proxy http:\/\/127.0.0.1:\d+ \(HTTPS_PROXY\): it answered 403/)
    expect(proxy.heard.join('')).toMatch(/^CONNECT api.example.com:443 HTTP\/1.1\r\n/)
    expect(proxy.heard.join('')).not.toContain('Bearer')
  })

  test.each([
    ['407 to a tunnel', 'HTTP/1.1 407 Auth\r\ncontent-length: 0\r\n\r\n', 'https://api.example.com', { code: 'proxy', retryable: false }],
    ['407 to http', 'HTTP/1.1 407 Auth\r\ncontent-length: 0\r\n\r\n', 'http://api.example.com', { code: 'proxy', retryable: false }],
    ['502', 'HTTP/1.1 502 Bad\r\ncontent-length: 0\r\n\r\n', 'https://api.example.com', { code: 'proxy', retryable: true }],
    ['no answer', '', 'https://api.example.com', { code: 'proxy', retryable: true }],
    ['no HTTP', 'hello\r\n\r\n', 'https://api.example.com', { retryable: false }]
  ])('%s is told as what it is', async (_name, answer, origin, expected) => {
    await using proxy = await answering(answer)
    const asking = ask({ ALL_PROXY: proxy.url }, origin)
    await expect(asking).rejects.toMatchObject({ message: expect.stringContaining('(ALL_PROXY)'), ...expected })
  })

  test('one that never answers ends at the limit for connecting, and is let go', async () => {
    await using proxy = await answering(undefined)
    const transport = createTransport({ env: { HTTPS_PROXY: proxy.url } })
    const request = {
      method: 'GET',
      origin: 'https://api.example.com',
      path: '/',
      headers: {},
      body: undefined,
      connectTimeoutMs: 100
    } as const
    const { response } = await transport.send(request)
    await expect(response).rejects.toMatchObject({ kind: 'timeout', code: 'connect', message: expect.stringContaining('(HTTPS_PROXY)') })
    while (proxy.openSockets() > 0) await sleep(5)
    await transport.close()
  })

  test('an address is judged before the proxy is asked', async () => {
    await using proxy = await answering(undefined)
    const { createChannel } = await import('../src/transport/index.ts')
    const transport = createTransport({ env: { ALL_PROXY: proxy.url } })
    const channel = createChannel({ transport, allowedHosts: ['http://169.254.169.254'], reach: new Map(), secretQuery: [] })
    const send = () => channel.send({ url: 'http://169.254.169.254/latest', headers: {} }, { secrets: new Map() })
    expect(send).toThrow(expect.objectContaining({ kind: 'permission', code: 'private_address' }))
    await transport.close()
    expect(proxy.connections()).toBe(0)
  })

  test('SOCKS5 is spoken, and told the name', async () => {
    await using service = await fakeService(json({ ok: true }))
    const named: string[] = []
    await using proxy = await rawService(socket => void serveSocks(socket, Number(new URL(service.url).port), named))
    const env = { ALL_PROXY: proxy.url.replace('http:', 'socks5h:') }
    expect(await ask(env, 'http://api.example.com')).toEqual({ status: 200, body: '{"ok":true}' })
    expect(named).toEqual(['api.example.com'])
    expect(service.requests[0]?.path).toBe('/chat?a=1')
  })

  test('a SOCKS5 proxy that refuses is named', async () => {
    await using proxy = await rawService(socket => void serveSocks(socket, 1, []))
    const asking = ask({ ALL_PROXY: proxy.url.replace('http:', 'socks5:') }, 'http://api.example.com')
    await expect(asking).rejects.toMatchObject({ kind: 'network', code: 'proxy', message: expect.stringContaining('(ALL_PROXY)') })
  })
})

/** RFC 1928 without passwords: whatever is asked for leads to one local port. */
async function serveSocks(socket: Socket, port: number, named: string[]): Promise<void> {
  const next = () => new Promise<Buffer>(resolve => socket.once('data', resolve))
  await next()
  socket.write(Uint8Array.of(5, 0))
  const request = await next()
  named.push(request.subarray(5, 5 + (request[4] ?? 0)).toString())
  const answer = (code: number) => socket.write(Uint8Array.of(5, code, 0, 1, 0, 0, 0, 0, 0, 0))
  const target = connect(port, '127.0.0.1', () => {
    answer(0)
    socket.pipe(target).pipe(socket)
  })
  target.on('error', () => answer(5))
  socket.on('close', () => target.destroy())
}
