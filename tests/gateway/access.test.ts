import { describe, expect, test } from '@jest/globals'
import { connect } from 'node:net'
import { json } from '@resoftai/sdk/testing'
import { openStorage } from '@resoftai/storage'
import { completion } from '../faults/support.ts'
import { hello, serve, unpressed, type Served } from './support.ts'

const reply = json(completion('Hello'))

/** Every route that may be asked without a key. Nothing else is open: a new one is written down here, or this fails. */
const open = [
  'GET /',
  'GET /docs',
  'GET /docs/start.js',
  'GET /docs/swagger-ui-bundle.js',
  'GET /docs/swagger-ui.css',
  'GET /health',
  'GET /openapi.json',
  'GET /ready',
  'GET /redoc'
]

/** The routes as the router has them. */
function routesOf({ gateway }: Served): readonly { readonly method: string; readonly url: string }[] {
  const lines = gateway.app.printRoutes({ commonPrefix: false }).split('\n')
  const path: string[] = []
  return lines.flatMap(line => {
    const found = /^((?:│ {3}| {4})*)[├└]── (\S+?)(?: \(([A-Z, ]+)\))?$/.exec(line)
    if (found === null) return []
    const [, indent = '', part = '', methods] = found
    path.splice(indent.length / 4, Infinity, part)
    return (methods ?? '').split(', ').flatMap(method => (method === '' ? [] : [{ method, url: path.join('') }]))
  })
}

/** A path that the route matches. */
const example = (url: string) => url.replaceAll(/:\w+/g, 'x').replaceAll('*', 'x')

describe('A02', () => {
  test('every route but the public ones refuses who has no key', async () => {
    const { conversations, close } = await openStorage('sqlite::memory:')
    await using served = await serve(reply, { gateway: { conversations } })
    const routes = routesOf(served)
    const some = [...open, 'POST /v1/chat/completions', 'DELETE /api/conversations/:id']
    expect(routes.map(({ method, url }) => `${method} ${url}`)).toEqual(expect.arrayContaining(some))
    const wrong: readonly Readonly<Record<string, string>>[] = [{}, { authorization: 'Bearer rk-wrong' }, { 'x-api-key': 'rk-wrong' }]
    const isOpen = new Set<string>()
    for (const { method, url } of routes) {
      for (const headers of wrong) {
        const { status } = await fetch(served.url + example(url), { method, headers, redirect: 'manual' })
        if (status !== 401) isOpen.add(`${method} ${url}`)
      }
    }
    expect([...isOpen].filter(route => !route.startsWith('HEAD ')).toSorted()).toEqual(open)
    // HEAD is open where GET is.
    expect([...isOpen].filter(route => route.startsWith('HEAD ') && !open.includes(route.replace('HEAD', 'GET')))).toEqual([])
    expect(served.service.requests).toHaveLength(0)
    await close()
  })

  test('a route that does not say whose it is is for admins', async () => {
    await using served = await serve(reply)
    // As somebody might add one and forget.
    const { createGateway } = await import('@resoftai/gateway')
    const gateway = createGateway({ host: served.host, keys: served.storage.keys, pressure: unpressed })
    gateway.app.get('/forgotten', async () => 'open')
    const { secret: admin } = await served.makeKey({ role: 'admin' })
    const ask = async (key?: string) =>
      (await gateway.app.inject({ url: '/forgotten', headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })).statusCode
    expect([await ask(), await ask('rk-wrong'), await ask(served.key), await ask(admin)]).toEqual([401, 401, 403, 200])
    await gateway.close()
  })

  test('an address that is no route is 401 without a key and 404 with one', async () => {
    await using served = await serve(reply)
    for (const address of ['/nowhere', '/admin', '/v1', '/v1/nothing', '/.env', '/metrics/x']) {
      expect((await fetch(served.url + address)).status).toBe(401)
      expect((await served.ask(address)).status).toBe(404)
    }
    const answer = await served.ask('/v1/chat/completions')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'not_found', type: 'not_found_error' } })
  })

  test('no key is needed for what clients may ask where the configuration says so, and an admin route stays shut', async () => {
    await using served = await serve(reply, { gateway: { anonymous: true } })
    const ask = (headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${served.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(hello)
      })
    expect((await ask()).status).toBe(200)
    expect((await ask({ authorization: 'Bearer rk-wrong' })).status).toBe(401)
    expect((await ask({ authorization: '' })).status).toBe(401)
    expect(await served.records()).toMatchObject([{ key: null }])
  })
})

/** The first line of the answer to a request whose path goes onto the wire as it is. */
function askRaw(port: number, target: string, headers: readonly string[] = [], method = 'GET'): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1').on('data', (part: string) => (text += part))
    socket.once('error', reject).once('close', () => resolve(text))
    socket.write([`${method} ${target} HTTP/1.1`, 'Host: gateway', 'Connection: close', ...headers, '', ''].join('\r\n'))
  })
}
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])

test('A03 no way to write a path opens what is shut', async () => {
  await using served = await serve(json({ object: 'list', data: [{ id: 'secret-model' }] }))
  const targets = [
    '//v1/models',
    '/v1//models',
    '/V1/models',
    '/v1/Models',
    '/v1/models/',
    '/v1/models.',
    '/v1/models;a',
    '/v1/models;/health',
    '/v1/models?/health',
    '/v1/models#/health',
    '/v1/models%00',
    '/v1/models%20',
    '/v1%2fmodels',
    '/%76%31/models',
    '/v1/%6dodels',
    '/v1/./models',
    '/v1/../v1/models',
    '/health/../v1/models',
    '/health/..%2fv1/models',
    '/health/%2e%2e/v1/models',
    '/health%2f..%2fv1/models',
    '/health/..;/v1/models',
    '/health;/../v1/models',
    '/health\\..\\v1\\models',
    '/./v1/models',
    '/%2e%2e/admin',
    '/%',
    '/%zz/models',
    '/%c0%ae%c0%ae/admin',
    '/v1/models/%',
    `/v1/models/${'x'.repeat(5_000)}`,
    `http://gateway/v1/models`,
    `http://127.0.0.1/health/../v1/models`,
    'v1/models'
  ]
  const answers = await Promise.all(targets.map(target => askRaw(served.port, target)))
  const opened = targets.filter((_target, index) => ![400, 401, 404, 414].includes(statusOf(answers.at(index)!)))
  expect(opened).toEqual([])
  expect(answers.join()).not.toMatch(/secret-model|FST_ERR|node_modules/)
  expect(served.service.requests).toHaveLength(0)
})

test('A04 no header decides who asks', async () => {
  await using served = await serve(json({ object: 'list', data: [] }))
  const tricks = [
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Host: localhost',
    'X-Forwarded-Uri: /health',
    'X-Forwarded-Prefix: /health',
    'X-Real-IP: 127.0.0.1',
    'Forwarded: for=127.0.0.1;host=localhost',
    'X-Original-URL: /health',
    'X-Rewrite-URL: /health',
    'X-HTTP-Method-Override: OPTIONS',
    'X-Method-Override: GET',
    'X-Original-Method: GET',
    'X-User: admin',
    'X-Remote-User: admin',
    'X-Authenticated-User: alice',
    'X-Key-Id: alice',
    'Accept-Version: 1',
    'Proxy-Authorization: Bearer admin'
  ]
  for (const trick of tricks) expect([trick, statusOf(await askRaw(served.port, '/v1/models', [trick]))]).toEqual([trick, 401])
  expect(statusOf(await askRaw(served.port, '/v1/models', tricks))).toBe(401)
  for (const method of ['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
    const { status, ...rest } = { status: statusOf(await askRaw(served.port, '/v1/models', [], method)), method }
    expect({ ...rest, isRefused: [400, 401, 404, 405].includes(status) }).toEqual({ method, isRefused: true })
  }
  expect(served.service.requests).toHaveLength(0)
})

test('A17 no page of another origin may read an answer', async () => {
  await using served = await serve(reply)
  for (const origin of ['https://evil.example', 'null', 'https://good.example.evil.example', served.url]) {
    const preflight = await fetch(`${served.url}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }
    })
    const answer = await served.ask('/v1/chat/completions', hello, { origin })
    for (const { headers } of [preflight, answer]) {
      expect([...headers.keys()].filter(name => name.startsWith('access-control-'))).toEqual([])
    }
    expect(preflight.ok).toBe(false)
  }
})
