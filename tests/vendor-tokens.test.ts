import { afterEach, describe, expect, test } from '@jest/globals'
import { createHmac, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHost, type Host, type ProviderClient } from 'resoftai'
import { fakeService, json, sse, stall, type Answer, type FakeService, type ReceivedRequest } from '@resoftai/sdk/testing'

const question = { messages: [{ role: 'user' as const, content: 'Hello' }] }
const open: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

interface Started {
  readonly host: Host
  readonly provider: ProviderClient
  readonly service: FakeService
}

async function start(entry: object, respond: (request: ReceivedRequest) => Answer): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-vendor-'))
  const service = await fakeService(respond)
  const providers = { vendor: { api_base: service.url, ...entry } }
  const host = await createHost({ env: {}, cwd: home, home, config: { providers } })
  open.push(
    () => rmSync(home, { recursive: true, force: true }),
    () => service.close(),
    () => host.close()
  )
  return { host, provider: await host.provider('vendor'), service }
}

const bearerOf = ({ headers }: ReceivedRequest) => String(headers['authorization']).replace('Bearer ', '')

function partsOf(token: string): readonly Readonly<Record<string, unknown>>[] {
  return token
    .split('.')
    .slice(0, 2)
    .map(part => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>)
}

describe('the older token of Zhipu', () => {
  const key = { plugin: 'zhipu', api_key: 'an-invented-id.an-invented-secret', auth: 'token' }
  const reply = json({ model: 'glm-4.7', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })
  const expired = json({ error: { code: '1003', message: 'token expired' } }, { status: 401 })

  test('is signed by the host with one half of the key, and used for some minutes', async () => {
    const { provider, service } = await start(key, () => reply)
    expect((await provider.chat(question)).content).toBe('Hi')
    await provider.chat(question)
    const [first = '', second] = service.requests.map(bearerOf)
    expect(second).toBe(first)
    const [header, payload] = partsOf(first)
    expect(header).toEqual({ alg: 'HS256', sign_type: 'SIGN', typ: 'JWT' })
    const { timestamp, exp } = payload as { timestamp: number; exp: number }
    expect(payload).toEqual({ api_key: 'an-invented-id', timestamp: expect.any(Number), exp: timestamp + 210_000 })
    expect(exp).toBeGreaterThan(Date.now())
    const signed = first.slice(0, first.lastIndexOf('.'))
    expect(first.slice(signed.length + 1)).toBe(createHmac('sha256', 'an-invented-secret').update(signed).digest('base64url'))
  })

  test('that the vendor calls expired is made anew, once', async () => {
    let refusals = 0
    const { provider, service } = await start(key, () => (service.requests.length === 2 && refusals++ === 0 ? expired : reply))
    await provider.chat(question)
    const { attempts } = await provider.chat(question)
    expect(attempts.map(({ kind, why }) => [kind, why])).toEqual([
      ['auth', undefined],
      [undefined, 'retry']
    ])
  })
})

describe('an OAuth app of Coze', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' }
  })
  const app = {
    plugin: 'coze',
    app_id: '1134567890123',
    public_key_id: 'a-fingerprint',
    private_key: privateKey,
    bot_id: '7379462189365198898'
  }
  const chat = { id: '7382159487131697202', conversation_id: '7381473525342978089', bot_id: app.bot_id, last_error: { code: 0, msg: '' } }
  const event = (name: string, data: unknown) => ({ event: name, data: JSON.stringify(data) })
  const created = event('conversation.chat.created', { ...chat, status: 'created' })
  const piece = event('conversation.message.delta', {
    id: 'm',
    chat_id: chat.id,
    role: 'assistant',
    type: 'answer',
    content: 'Hi',
    content_type: 'text'
  })
  const completed = event('conversation.chat.completed', {
    ...chat,
    status: 'completed',
    usage: { token_count: 5, input_count: 3, output_count: 2 }
  })
  const tokenPath = '/api/permission/oauth2/token'
  const inAnHour = () => Math.floor(Date.now() / 1000) + 3600

  function coze(chatAnswer: (token: string, path: string) => Answer) {
    const seen: Readonly<Record<string, unknown>>[] = []
    return {
      seen,
      respond: (request: ReceivedRequest): Answer => {
        const bearer = bearerOf(request)
        if (request.path !== tokenPath) return chatAnswer(bearer, request.path)
        const [header, payload] = partsOf(bearer)
        const signed = bearer.slice(0, bearer.lastIndexOf('.'))
        const signature = Buffer.from(bearer.split('.')[2] ?? '', 'base64url')
        if (!verify('RSA-SHA256', Buffer.from(signed), publicKey, signature)) return json({ error_code: 'access_deny' }, { status: 401 })
        seen.push({ ...header, ...payload, body: request.json })
        return json({ access_token: `czs_access_${seen.length}`, expires_in: inAnHour(), token_type: 'Bearer' })
      }
    }
  }

  test('is asked with a token that the host signs for, gets and keeps', async () => {
    const { seen, respond } = coze(() => sse([created, piece, completed, event('done', '[DONE]')], { done: false }))
    const { provider, service } = await start(app, respond)
    for (let turn = 0; turn < 3; turn++) {
      const events = []
      for await (const one of provider.stream(question)) events.push(one)
      expect(events).toContainEqual({ type: 'text', text: 'Hi' })
    }
    const { host: audience } = new URL(service.url)
    expect(seen).toEqual([
      expect.objectContaining({
        alg: 'RS256',
        kid: 'a-fingerprint',
        iss: app.app_id,
        aud: audience,
        jti: expect.stringMatching(/^\w{32,}$/)
      })
    ])
    expect(seen[0]?.['body']).toMatchObject({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' })
    expect(new Set(service.requests.filter(({ path }) => path !== tokenPath).map(bearerOf))).toEqual(new Set(['czs_access_1']))
  })

  test('renews a token that was withdrawn', async () => {
    const refusal = json({ code: 700_012_006, msg: 'access token invalid' }, { status: 401 })
    let withdrawn = ''
    const { seen, respond } = coze(token => (token === withdrawn ? refusal : sse([created, piece, completed], { done: false })))
    const { provider } = await start(app, respond)
    for await (const _ of provider.stream(question));
    withdrawn = 'czs_access_1'
    for await (const _ of provider.stream(question));
    expect(seen).toHaveLength(2)
  })

  test('hears that its reader has left, also when the host is closed', async () => {
    const { respond } = coze((_token, path) =>
      path.startsWith('/v3/chat/cancel') ? json({ code: 0, data: {} }) : sse([created, piece, stall])
    )
    const { host, provider, service } = await start(app, respond)
    for await (const { type } of provider.stream(question)) if (type === 'text') break
    const waiting = provider.stream(question)
    while ((await waiting.next()).value?.type !== 'text');
    const rest = waiting.next().catch((error: unknown) => error)
    await host.close()
    expect(await rest).toMatchObject({ kind: 'cancelled' })
    const told = service.requests.filter(({ path }) => path === '/v3/chat/cancel')
    expect(told.map(({ json: body }) => body)).toEqual([1, 2].map(() => ({ conversation_id: chat.conversation_id, chat_id: chat.id })))
  })

  test('is asked whole: created, polled, listed', async () => {
    let polls = 0
    const { respond } = coze((_token, path) => {
      const [where] = path.split('?')
      if (where === '/v3/chat/retrieve') return json({ code: 0, data: { ...chat, status: ++polls === 2 ? 'completed' : 'in_progress' } })
      if (where === '/v3/chat') return json({ code: 0, data: { ...chat, status: 'in_progress' } })
      return json({ code: 0, data: [{ id: 'm', type: 'answer', role: 'assistant', content: 'Hi', content_type: 'text' }] })
    })
    const { provider, service } = await start(app, respond)
    const reply = await provider.chat(question)
    expect(reply).toMatchObject({ content: 'Hi', finishReason: 'stop', id: chat.id })
    const paths = service.requests.map(({ path }) => path.split('?')[0])
    expect(paths).toEqual([tokenPath, '/v3/chat', '/v3/chat/retrieve', '/v3/chat/retrieve', '/v3/chat/message/list'])
  })
})
