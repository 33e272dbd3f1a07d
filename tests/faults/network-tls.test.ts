import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connect as openSocket, type LookupFunction } from 'node:net'
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls'
import { createTransport } from '@resoftai/core'
import { cut, fakeService, json, raw, rawService } from '@resoftai/sdk/testing'
import { makeCertificates, tlsService, type Certificates } from './certificates.ts'
import { runApart } from './run-apart.ts'
import { completion, connect, failureOf, key, question, withVendor } from './support.ts'

const quick = { retry: { base_delay: 0.1, max_delay: 0.1 } }

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
