import { describe, expect, test } from '@jest/globals'
import { createGateway } from '../src/index.ts'
import { serve } from './serve.ts'

const good = 'https://good.example.com'
const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' }
const corsOf = (headers: object) => Object.entries(headers).filter(([name]) => name.startsWith('access-control-'))

describe('pages of other origins', () => {
  test('may ask nothing by default', async () => {
    await using served = await serve()
    const { headers } = await served.ask('GET', '/v1/models', { key: served.client, headers: { origin: good } })
    expect(corsOf(headers)).toEqual([])
    expect((await served.ask('OPTIONS', '/v1/models', { headers: { origin: good, ...preflight } })).statusCode).toBe(401)
  })

  test('may ask when they are on the list, streams and errors too, and never with credentials', async () => {
    await using served = await serve({ cors: [good] })
    const asked = await served.ask('OPTIONS', '/v1/chat/completions', { headers: { origin: good, ...preflight } })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': good,
      'access-control-allow-headers': 'authorization,content-type',
      vary: 'Origin'
    })
    for (const body of [{ model: 'simulator/canned', stream: true, messages: [{ role: 'user', content: 'Hello' }] }, { model: 'none' }]) {
      const { headers } = await served.ask('POST', '/v1/chat/completions', { key: served.client, body, headers: { origin: good } })
      expect(headers['access-control-allow-origin']).toBe(good)
      expect(headers['access-control-expose-headers']).toContain('x-resoftai-request-id')
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  test.each(['https://evil.example.com', 'null', `${good}.evil.com`, `${good}:8443`, 'http://good.example.com', `${good}/`, '*', ''])(
    'may not ask from %p when only another one is on the list',
    async origin => {
      await using served = await serve({ cors: [good, 'https://also.example.com:443'] })
      const { headers } = await served.ask('GET', '/health', { headers: { origin } })
      expect(corsOf(headers)).toEqual([])
      expect(headers['vary']).toBe('Origin')
      expect((await served.ask('OPTIONS', '/v1/models', { headers: { origin, ...preflight } })).statusCode).toBe(401)
    }
  )

  test('the port that everyone means may be written or not', async () => {
    await using served = await serve({ cors: ['https://Also.example.com:443'] })
    const { headers } = await served.ask('GET', '/health', { headers: { origin: 'https://also.example.com' } })
    expect(headers['access-control-allow-origin']).toBe('https://also.example.com')
  })
})

test('every answer is kept by nobody and taken for what it is', async () => {
  await using served = await serve()
  for (const url of ['/', '/v1/models', '/nothing', '/openapi.json']) {
    const { headers } = await served.ask('GET', url, { key: served.client })
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  }
})

describe('/', () => {
  test('is JSON for a program and a page for a browser, which loads nothing', async () => {
    await using served = await serve()
    expect((await served.ask('GET', '/')).json()).toMatchObject({ name: 'ResoftAI gateway', models: '/v1/models' })
    const { headers, body } = await served.ask('GET', '/', { headers: { accept: 'text/html,application/xhtml+xml' } })
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
    expect(headers['vary']).toContain('Accept')
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  test('names only addresses that there are, for a gateway with a chat backend and for one without', async () => {
    await using served = await serve()
    const { host, storage, gateway } = served
    const without = createGateway({ host, keys: storage.keys })
    for (const { app } of [gateway, without]) {
      const hasChat = app === gateway.app
      const { name, ...addresses } = (await app.inject('/')).json<Record<string, string>>()
      expect(name).toBe('ResoftAI gateway')
      const { body } = await app.inject({ url: '/', headers: { accept: 'text/html' } })
      const shown = [...body.matchAll(/\$ADDRESS([\w/-]+)|<code>(\/admin\/\w+|\/metrics)<|href="(\w[\w.]*)"/g)].map(
        ([, called, named, linked]) => called ?? named ?? `/${linked}`
      )
      expect(shown).toHaveLength(hasChat ? 9 : 8)
      for (const url of [...Object.values(addresses), ...shown]) {
        const methods = (['GET', 'POST'] as const).filter(method => app.hasRoute({ method, url }))
        expect([url, methods]).not.toEqual([url, []])
      }
      expect('chat' in addresses).toBe(hasChat)
    }
    await without.close(0)
  })
})

describe('/docs', () => {
  test('describe every route of the server, and no other', async () => {
    await using served = await serve()
    const { paths } = (await served.ask('GET', '/openapi.json')).json<{ paths: Record<string, Record<string, object>> }>()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`)
    )
    await served.gateway.app.ready()
    expect(described.toSorted()).toEqual(routesOf(served.gateway.app.printRoutes({ commonPrefix: false })).toSorted())
  })

  test('refer to schemas that there are', async () => {
    await using served = await serve()
    const { body, ...answer } = await served.ask('GET', '/openapi.json')
    const { components } = answer.json<{ components: Record<string, Record<string, object>> }>()
    const used = [...body.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map(([, kind = '', name = '']) => `${kind}/${name}`)
    const known = Object.entries(components).flatMap(([kind, names]) => Object.keys(names).map(name => `${kind}/${name}`))
    expect([...new Set(used)].toSorted()).toEqual(known.filter(name => !name.startsWith('securitySchemes/')).toSorted())
  })

  test('are a page that loads all it needs from this server', async () => {
    await using served = await serve()
    const { headers, body } = await served.ask('GET', '/docs')
    expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'/)
    const loaded = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
    expect(loaded).toHaveLength(3)
    for (const file of loaded) {
      const { statusCode, headers: told } = await served.ask('GET', `/${file}`)
      expect([statusCode, told['content-type']]).toEqual([200, expect.stringMatching(/^text\/(css|javascript)/)])
    }
    expect((await served.ask('GET', '/docs/start.js')).body).toContain('validatorUrl: null')
  })

  test('can be read as one page, with every address and field, and without a script', async () => {
    await using served = await serve()
    const { headers, body } = await served.ask('GET', '/redoc')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(body).not.toMatch(/<script|src=|undefined|\[object/)
    const { paths, components } = (await served.ask('GET', '/openapi.json')).json<{
      paths: Record<string, Record<string, object>>
      components: { schemas: { NewKey: { properties: object } } }
    }>()
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) expect(body).toContain(`<code>${method.toUpperCase()} ${path}</code>`)
    }
    for (const field of Object.keys(components.schemas.NewKey.properties)) expect(body).toMatch(new RegExp(`<code>${field}( \\*)?</code>`))
    expect(body).toContain('<code>budgets.per *</code>')
  })

  test('are for admins where the configuration says so', async () => {
    await using served = await serve({ docs: 'admin' })
    for (const url of ['/docs', '/redoc', '/openapi.json', '/docs/swagger-ui.css', '/docs/start.js']) {
      expect((await served.ask('GET', url)).statusCode).toBe(401)
      expect((await served.ask('GET', url, { key: served.admin })).statusCode).toBe(200)
    }
  })
})

/** `GET /v1/models` of the tree that the server prints. */
function routesOf(tree: string): string[] {
  const found = new Set<string>()
  const path: string[] = []
  for (const line of tree.split('\n')) {
    const [, indent = '', segment = '', methods = ''] = /^([│ ]*[├└]── )(\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? []
    if (segment === '') continue
    const depth = indent.length / 4 - 1
    path.splice(depth, path.length, segment)
    const written = path
      .join('')
      .replace(/^\/v1\/models\/?\*$/, '/v1/models/{model}')
      .replace(/:(\w+)/, '{$1}')
      .replace(/^\/docs\/.+/, '/docs/{file}')
    for (const method of methods.split(', ')) if (method !== '' && method !== 'HEAD') found.add(`${method} ${written}`)
  }
  return [...found]
}
