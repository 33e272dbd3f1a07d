import { describe, expect, test } from '@jest/globals'
import { json, sse } from '@resoftai/sdk/testing'
import { completion, finished, said } from '../faults/support.ts'
import { hello, serve, vendorKey } from './support.ts'

const path = '/v1/chat/completions'
const reply = json(completion('Hello'))

interface Refusal {
  readonly status: number
  readonly code: string
  readonly text: string
}

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text()
  const { error } = JSON.parse(text) as { readonly error: { readonly code: string } }
  return { status: response.status, code: error.code, text }
}

describe('A09 what a client adds to its request', () => {
  test('changes neither who is asked nor with which key', async () => {
    await using served = await serve(reply)
    const added = {
      is_admin: true,
      role: 'admin',
      api_base: 'http://127.0.0.1:1/v1',
      base_url: 'http://127.0.0.1:1/v1',
      api_key: 'sk-of-the-client',
      headers: { authorization: 'Bearer sk-of-the-client', host: 'evil.example' },
      extra_headers: { authorization: 'Bearer sk-of-the-client' },
      provider: 'simulator',
      budgets: [],
      key: 'bob',
      agent: 'root',
      signal: {},
      strict: true
    }
    for (const body of [{ ...hello, ...added }, ...Object.entries(added).map(([name, value]) => ({ ...hello, [name]: value }))]) {
      const response = await served.ask(path, body, { 'x-resoftai-provider': 'simulator', 'openai-organization': 'org-x' })
      expect([200, 400]).toContain(response.status)
    }
    expect(served.service.requests.length).toBeGreaterThan(0)
    for (const { headers, path: asked } of served.service.requests) {
      expect(asked).toBe('/v1/chat/completions')
      expect(headers['authorization']).toBe(`Bearer ${vendorKey}`)
      expect(headers['openai-organization']).toBeUndefined()
      expect(JSON.stringify(headers)).not.toContain('sk-of-the-client')
    }
    for (const { key, agent } of await served.records()) expect([key, agent]).toEqual(['alice', null])
  })

  test('A11 sends no header of the client on, whatever is in it', async () => {
    await using served = await serve(reply)
    const tricks = { 'x-api-key': served.key, cookie: 'a=b', 'x-forwarded-for': '10.0.0.1', 'x-evil': 'a\tb' }
    await served.ask(path, { ...hello, user: 'a\r\nX-Evil: 1' }, tricks)
    const [asked] = served.service.requests
    for (const name of ['x-api-key', 'cookie', 'x-forwarded-for', 'x-evil']) expect(asked?.headers[name]).toBeUndefined()
    expect(JSON.stringify(asked?.headers)).not.toContain(served.key)
  })
})

describe('A12 a body', () => {
  const manyKeys = `{${Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`).join()}}`
  const deep = (open: string, close: string) => `{"model":"vendor/m1","messages":${open.repeat(100_000)}${close.repeat(100_000)}}`
  const cases: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, number])[] = [
    ['that is empty', '', 400],
    ['that is no JSON', '{', 400],
    ['that is text', '"hello"', 400],
    ['that is null', 'null', 400],
    ['that is a list', '[]', 400],
    ['that is a number', '1', 400],
    ['with NaN', '{"model":"vendor/m1","messages":[],"temperature":NaN}', 400],
    ['with a number beyond all', `{"model":"vendor/m1","messages":[{"role":"user","content":"x"}],"temperature":1e400}`, 400],
    ['in UTF-16', new Uint8Array(Buffer.from(JSON.stringify(hello), 'utf16le')), 400],
    ['of bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28), 400],
    ['with a million keys', manyKeys, 400],
    ['that is 100,000 lists deep', deep('[', ']'), 400],
    ['that is 100,000 objects deep', `{"model":"vendor/m1","messages":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, 400],
    ['with __proto__', `{"__proto__":{"isAdmin":true},"model":"vendor/m1","messages":[{"role":"user","content":"x"}]}`, 400],
    ['with constructor.prototype', `{"constructor":{"prototype":{"isAdmin":true}},"model":"m1","messages":[]}`, 400],
    ['that says it is longer', '{}', 400]
  ]

  test.each(cases)('%s is refused, and the server lives', async (_what, body, status) => {
    await using served = await serve(reply)
    const response = await fetch(served.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json' },
      body
    })
    const refusal = await refusalOf(response)
    expect(refusal.status).toBe(status)
    expect(refusal.text.length).toBeLessThan(2_000)
    expect(refusal.text).not.toMatch(/node_modules|\bat .*:\d+|FST_|fastify/i)
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined()
    expect(served.service.requests).toHaveLength(0)
    expect((await served.ask(path, hello)).status).toBe(200)
  })

  test('that is too large is refused, whether it says so or not', async () => {
    await using served = await serve(reply, { gateway: { maxBodyBytes: 1_000 } })
    const large = { ...hello, user: 'x'.repeat(2_000) }
    expect(await refusalOf(await served.ask(path, large))).toMatchObject({ status: 413, code: 'body_too_large' })
    async function* pieces() {
      for (let sent = 0; sent < 100; sent++) yield Buffer.from('x'.repeat(1_000))
    }
    const chunked = await fetch(served.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${served.key}`, 'content-type': 'application/json' },
      body: pieces() as unknown as ReadableStream,
      duplex: 'half'
    } as RequestInit)
    expect((await refusalOf(chunked)).status).toBe(413)
    expect((await served.ask(path, hello)).status).toBe(200)
  })

  test('with one key twice means the last, for the gateway and the vendor', async () => {
    await using served = await serve(reply)
    const text = `{"model":"simulator/canned","messages":[{"role":"user","content":"x"}],"model":"vendor/m1"}`
    expect((await served.ask(path, text)).status).toBe(200)
    expect(served.service.requests[0]?.json).toMatchObject({ model: 'm1' })
  })

  test('A13 of another kind is refused', async () => {
    await using served = await serve(reply)
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'application/jsonx',
      'multipart/form-data; boundary=x'
    ]) {
      const refusal = await refusalOf(await served.ask(path, JSON.stringify(hello), { 'content-type': type }))
      expect([type, refusal.status, refusal.code]).toEqual([type, 415, 'unsupported_media_type'])
    }
    expect((await served.ask(path, hello, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200)
    expect(served.service.requests).toHaveLength(1)
  })
})

test('A22 an error tells nothing of the server', async () => {
  await using served = await serve(json({ error: { message: 'x' } }, { status: 500 }), { settings: { max_retries: 0 } })
  const answers = await Promise.all([
    fetch(`${served.url}/nowhere`),
    served.ask('/nowhere'),
    served.ask('/v1/models/%zz'),
    served.ask(path, '{'),
    served.ask(path, {}),
    served.ask(path, hello),
    served.ask('/v1/embeddings', { model: 'vendor/e1', input: 5 })
  ])
  for (const answer of answers) {
    expect(answer.headers.get('x-powered-by')).toBeNull()
    expect(answer.headers.get('server')).toBeNull()
    const text = await answer.text()
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['error'])
    expect(text).not.toMatch(/node_modules|\bat .*:\d+|FST_|fastify|\/work|\/home|\.ts|\.js/i)
  }
})

describe('A25 a text that is long and evil', () => {
  // A rule that goes back over what it read would not end within the time of a test.
  const evil = [
    'a',
    ' ',
    '\t',
    '(',
    '[',
    '{',
    '"',
    '\\',
    '\\u',
    '-',
    '/',
    '*',
    '=',
    ',',
    '@',
    ':',
    '\u0000',
    '\ud83d\ude00',
    'data: ',
    '\r\n'
  ]
  const size = 100_000
  const texts = evil.map(piece => `${piece.repeat(size / piece.length)}!`)

  test('is taken in every field of a request', async () => {
    await using served = await serve(reply, { gateway: { docs: 'admin' } })
    const bodies = texts.flatMap(text => [
      { ...hello, messages: [{ role: 'user', content: text }] },
      { ...hello, user: text },
      { ...hello, model: text },
      { ...hello, stop: [text] },
      { ...hello, tools: [{ type: 'function', function: { name: text, description: text } }] },
      { ...hello, response_format: { type: text } },
      { ...hello, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${text}` } }] }] },
      { ...hello, messages: [{ role: text, content: '' }] },
      { ...hello, [text]: 1 }
    ])
    for (const body of bodies) expect((await served.ask(path, body)).status).toBeLessThan(500)
    expect((await served.ask(path, hello)).status).toBe(200)
  })

  test('is taken in headers and addresses', async () => {
    await using served = await serve(reply)
    for (const piece of ['a', ' ', 'Bearer ', '-', '/', ',', '=', ';', '.', '%']) {
      const text = `x${piece.repeat(4_000 / piece.length)}!`
      expect((await served.ask('/v1/models', undefined, { authorization: `Bearer ${text}` })).status).toBe(401)
      expect((await served.ask('/v1/models', undefined, { 'x-api-key': text })).status).toBe(401)
      expect((await served.ask('/v1/models', undefined, { accept: text, 'user-agent': text })).status).toBe(200)
      expect((await served.ask(`/v1/models/${encodeURIComponent(text)}`)).status).toBe(404)
    }
  })

  test('A26 does not stop the estimate of tokens', async () => {
    const budgets = [{ per: 'day', limit: '1000 USD' }]
    await using served = await serve(sse([said('Hello'), finished()]), { config: { budgets } })
    // Without usage of the vendor both ends are estimated: what is quadratic takes minutes here.
    for (const text of ['a'.repeat(4_000_000), 'é'.repeat(1_000_000), '字'.repeat(1_000_000), '!'.repeat(4_000_000)]) {
      const response = await served.ask(path, { ...hello, stream: true, messages: [{ role: 'user', content: text }] })
      expect(await response.text()).toContain('[DONE]')
    }
    for (const { estimated, inputTokens } of await served.records()) {
      expect(estimated).toBe(true)
      expect(inputTokens).toBeGreaterThan(1_000)
    }
  })
})
