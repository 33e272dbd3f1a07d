import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { secretPart, type ProviderContext, type ProviderError } from '@resoftai/sdk'
import { fakeService, json, raw, stall, text, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { simpleDialect } from './simple-dialect.ts'
import { start, type TestSettings } from './started.ts'

const ask = { messages: [{ role: 'user' as const, content: 'hello' }] }
const hello = json({ text: 'Hello', end: 'stop' })
const key = 'key-id-123.key-secret-456'
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' }
})

type Tokens = Pick<ProviderContext, 'sign' | 'exchange'>

/** A provider whose every request carries what `authorize` makes. */
async function serve(
  authorize: (tokens: Tokens, base: string) => string,
  respond: (request: ReceivedRequest) => Answer,
  settings: TestSettings = {}
) {
  const service = await fakeService(respond)
  const started = start(
    tokens => {
      const authorization = `Bearer ${authorize(tokens, service.url)}`
      const simple = simpleDialect(service.url)
      return { ...simple, encode: (request, mode) => ({ ...simple.encode(request, mode), headers: { authorization } }) }
    },
    service.url,
    { secrets: { api_key: key, private_key: privateKey }, ...settings }
  )
  return {
    ...started,
    service,
    bearers: () => service.requests.filter(({ path }) => path === '/chat').map(({ headers }) => String(headers['authorization']).slice(7)),
    async [Symbol.asyncDispose]() {
      await started.transport.close()
      await service.close()
    }
  }
}

function payloadOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

const byParts = ({ sign }: Tokens, reuseMs: number) =>
  sign({
    algorithm: 'HS256',
    header: { sign_type: 'SIGN' },
    key: secretPart('{{secret:api_key}}', 1),
    claims: ({ nowMs }) => ({ api_key: secretPart('{{secret:api_key}}', 0), timestamp: nowMs, exp: nowMs + 210_000 }),
    reuseMs
  })

const byId = (tokens: Tokens) => byParts(tokens, 0)
const byKeptId = (tokens: Tokens) => byParts(tokens, 60_000)

const byPrivateKey = ({ sign }: Tokens) =>
  sign({ algorithm: 'RS256', header: { kid: 'k1' }, key: '{{secret:private_key}}', claims: ({ nonce }) => ({ iss: 'app', jti: nonce }) })

const exchanged = (tokens: Tokens, base: string, expiresIn?: 'moment') => {
  const jwt = byPrivateKey(tokens)
  return tokens.exchange({
    request: () => ({ url: `${base}/token`, headers: { authorization: `Bearer ${jwt}` }, body: { duration_seconds: 900 } }),
    ...(expiresIn !== undefined && { expiresIn })
  })
}

describe('a token that the host signs', () => {
  test('is made of parts of a key, which the plugin never sees', async () => {
    await using host = await serve(byId, () => hello)
    await host.client.chat(ask)
    const [token = ''] = host.bearers()
    const [header = '', payload = '', signature] = token.split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ sign_type: 'SIGN', alg: 'HS256', typ: 'JWT' })
    expect(payloadOf(token)).toEqual({ api_key: 'key-id-123', timestamp: expect.any(Number), exp: expect.any(Number) })
    expect(signature).toBe(createHmac('sha256', 'key-secret-456').update(`${header}.${payload}`).digest('base64url'))
  })

  test('is another one for each request, or used again as long as it says', async () => {
    await using each = await serve(byPrivateKey, () => hello)
    await Promise.all([each.client.chat(ask), each.client.chat(ask)])
    expect(new Set(each.bearers().map(token => payloadOf(token)['jti'])).size).toBe(2)
    const [token = ''] = each.bearers()
    const [header, payload, signature = ''] = token.split('.')
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), createPublicKey(publicKey), Buffer.from(signature, 'base64url'))).toBe(
      true
    )

    await using again = await serve(byKeptId, () => hello)
    await again.client.chat(ask)
    await sleep(5)
    await again.client.chat(ask)
    expect(new Set(again.bearers()).size).toBe(1)
  })

  test('is made anew, once, when the vendor refuses one that was kept', async () => {
    let refuse = false
    await using host = await serve(byKeptId, () => {
      if (!refuse) return hello
      refuse = false
      return json({}, { status: 401 })
    })
    await host.client.chat(ask)
    refuse = true
    const reply = await host.client.chat(ask)
    expect(reply.attempts.map(({ kind, why }) => [kind, why])).toEqual([
      ['auth', undefined],
      [undefined, 'retry']
    ])
    expect(new Set(host.bearers()).size).toBe(2)
  })

  test('that is refused at once is not tried again', async () => {
    await using host = await serve(byId, () => json({}, { status: 401 }))
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'auth' })
    expect(host.service.requests).toHaveLength(1)
  })

  test.each([
    ['a key without its parts', byId, { api_key: 'key-without-parts' }, 'api_key has not the form that is signed with.'],
    ['no private key', byPrivateKey, { private_key: 'not a PEM text' }, 'The private key cannot be read.']
  ])('needs a key that can sign: %s is an auth error before anything is sent', async (_name, authorize, secrets, message) => {
    await using host = await serve(authorize, () => hello, { secrets })
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'auth', message })
    expect(host.service.requests).toHaveLength(0)
  })

  test('may have a key whose line ends were lost in an environment variable', async () => {
    await using host = await serve(byPrivateKey, () => hello, { secrets: { private_key: privateKey.replaceAll('\n', '\\n') } })
    expect((await host.client.chat(ask)).content).toBe('Hello')
  })
})

describe('a token that the vendor gives', () => {
  const giveToken = (seconds: number) => {
    let given = 0
    return ({ path }: ReceivedRequest) =>
      path === '/token' ? json({ access_token: `access-token-${++given}`, expires_in: seconds }) : hello
  }

  test('is asked for once by all calls that wait for it, and used until it ends', async () => {
    await using host = await serve(exchanged, giveToken(900))
    await Promise.all(Array.from({ length: 20 }, () => host.client.chat(ask)))
    await host.client.chat(ask)
    expect(host.service.requests.filter(({ path }) => path === '/token')).toHaveLength(1)
    expect(new Set(host.bearers())).toEqual(new Set(['access-token-1']))
    const asked = host.service.requests.find(({ path }) => path === '/token')
    expect(payloadOf(String(asked?.headers['authorization']).slice(7))).toMatchObject({ iss: 'app' })
    expect(asked?.json).toEqual({ duration_seconds: 900 })
  })

  test('is renewed a minute before its end, which may be told as a moment', async () => {
    await using short = await serve(exchanged, giveToken(60))
    await short.client.chat(ask)
    await short.client.chat(ask)
    expect(short.bearers()).toEqual(['access-token-1', 'access-token-2'])

    const inAQuarter = Math.round(Date.now() / 1000) + 900
    await using moment = await serve((tokens, base) => exchanged(tokens, base, 'moment'), giveToken(inAQuarter))
    await moment.client.chat(ask)
    await moment.client.chat(ask)
    expect(moment.bearers()).toEqual(['access-token-1', 'access-token-1'])
  })

  test('that was withdrawn is renewed by every call that used it', async () => {
    const give = giveToken(900)
    await using host = await serve(exchanged, request =>
      request.path === '/chat' && request.headers['authorization'] === 'Bearer access-token-1' && host.service.requests.length > 2
        ? json({}, { status: 401 })
        : give(request)
    )
    await host.client.chat(ask)
    const replies = await Promise.all(Array.from({ length: 10 }, () => host.client.chat(ask)))
    expect(replies.map(({ content }) => content)).toEqual(Array.from({ length: 10 }, () => 'Hello'))
    expect(host.service.requests.filter(({ path }) => path === '/token')).toHaveLength(2)
  })

  test.each<[string, Answer, Partial<ProviderError>]>([
    ['a refusal', json({ error: 'access_denied' }, { status: 403 }), { kind: 'permission', status: 403 }],
    ['no token', json({ nothing: true }), { kind: 'auth', code: 'no_token' }],
    ['a page', text('<html>', { headers: { 'content-type': 'text/html' } }), { kind: 'auth', code: 'no_token' }]
  ])('that is not given fails the call: %s', async (_name, answer, failure) => {
    await using host = await serve(exchanged, ({ path }) => (path === '/token' ? answer : hello))
    await expect(host.client.chat(ask)).rejects.toMatchObject(failure)
    expect(host.bearers()).toEqual([])
  })

  test('is taken out of every text, as a key is', async () => {
    await using host = await serve(exchanged, request =>
      request.path === '/token' ? giveToken(900)(request) : text(`No: ${request.headers['authorization']}`, { status: 400 })
    )
    const error = await host.client.chat(ask).catch((reason: unknown) => reason as ProviderError)
    expect(JSON.stringify(error)).toContain('[redacted]')
    expect(JSON.stringify(error)).not.toContain('access-token-1')
  })

  test('does not keep a call waiting that is cancelled', async () => {
    await using host = await serve(exchanged, ({ path }) => (path === '/token' ? raw(stall) : hello))
    const controller = new AbortController()
    const call = host.client.chat(ask, { signal: controller.signal })
    await host.service.received(1)
    controller.abort()
    await expect(call).rejects.toMatchObject({ kind: 'cancelled' })
  })
})
