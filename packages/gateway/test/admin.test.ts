import { describe, expect, test } from '@jest/globals'
import { question, serve } from './serve.ts'

describe('keys', () => {
  test('are made, listed, changed, rotated and revoked, and each change counts at once', async () => {
    await using served = await serve()
    const { admin, ask } = served
    const models = (key: string) => ask('GET', '/v1/models', { key }).then(({ statusCode }) => statusCode)
    const limits = {
      models: ['simulator/*'],
      budgets: [{ per: 'day', limit: '20 CNY' }],
      requestsPerMinute: 5,
      expiresAt: '2999-01-01T00:00:00Z'
    }
    const made = await ask('POST', '/admin/keys', { key: admin, body: { name: 'ci', ...limits } })
    expect(made.statusCode).toBe(201)
    const { key: secret, ...shown } = made.json<{ key: string }>()
    expect(secret).toMatch(/^rk-[\w-]{43}$/)
    expect(shown).toMatchObject({
      ...limits,
      name: 'ci',
      role: 'client',
      state: 'valid',
      expiresAt: '2999-01-01T00:00:00.000Z',
      parallel: null
    })
    const listed = await ask('GET', '/admin/keys', { key: admin })
    expect(listed.json<{ keys: { name: string }[] }>().keys.map(({ name }) => name)).toEqual(['ann', 'root', 'ci'])
    expect(listed.body).not.toContain(secret)
    expect(await models(secret)).toBe(200)

    const denied = { ...question, model: 'other/model' }
    expect((await ask('POST', '/v1/chat/completions', { key: secret, body: denied })).json()).toMatchObject({
      error: { code: 'model_not_allowed' }
    })
    const changed = await ask('PATCH', '/admin/keys/ci', { key: admin, body: { models: null, expiresAt: null } })
    expect(changed.json()).toMatchObject({ models: null, expiresAt: null, requestsPerMinute: 5 })
    expect((await ask('POST', '/v1/chat/completions', { key: secret, body: denied })).json()).toMatchObject({
      error: { code: 'model_not_found' }
    })

    const kept = (await ask('POST', '/admin/keys/ci/rotate', { key: admin })).json<{ key: string; oldValidUntil: string }>()
    expect(Date.parse(kept.oldValidUntil)).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    expect([await models(secret), await models(kept.key)]).toEqual([200, 200])
    const sharp = (await ask('POST', '/admin/keys/ci/rotate', { key: admin, body: { graceSeconds: 0 } })).json<{ key: string }>()
    expect([await models(kept.key), await models(sharp.key)]).toEqual([401, 200])

    expect((await ask('DELETE', '/admin/keys/ci', { key: admin })).json()).toMatchObject({ name: 'ci', state: 'revoked' })
    expect(await models(sharp.key)).toBe(401)
    expect((await ask('DELETE', '/admin/keys/ci', { key: admin })).json()).toMatchObject({ error: { code: 'key_not_found' } })
  })

  test('are for admins only, every address of theirs', async () => {
    await using served = await serve()
    const { client, ask } = served
    const routes = [
      ['GET', '/admin/keys'],
      ['POST', '/admin/keys'],
      ['PATCH', '/admin/keys/ann'],
      ['POST', '/admin/keys/ann/rotate'],
      ['DELETE', '/admin/keys/ann'],
      ['GET', '/admin/budgets'],
      ['GET', '/admin/costs']
    ] as const
    for (const [method, url] of routes) {
      expect((await ask(method, url)).statusCode).toBe(401)
      expect((await ask(method, url, { key: client })).statusCode).toBe(403)
    }
    expect((await served.storage.keys.list()).map(({ name, revokedAt }) => [name, revokedAt])).toEqual([
      ['ann', null],
      ['root', null]
    ])
  })

  test('have a name of their own, also when two are made at once', async () => {
    await using served = await serve()
    const make = () => served.ask('POST', '/admin/keys', { key: served.admin, body: { name: '王芳' } })
    const statuses = (await Promise.all([make(), make()])).map(({ statusCode }) => statusCode)
    expect(new Set(statuses)).toEqual(new Set([201, 409]))
    const revoked = await served.ask('DELETE', `/admin/keys/${encodeURIComponent('王芳')}`, { key: served.admin })
    expect(revoked.json()).toMatchObject({ name: '王芳' })
  })

  test.each([
    ['no object', ['name'], undefined],
    ['no name', {}, 'name'],
    ['a name that could be an address', { name: '../x' }, 'name'],
    ['another role', { name: 'x', role: 'owner' }, 'role'],
    ['an unknown field', { name: 'x', rpm: 5 }, 'rpm'],
    ['no models at all', { name: 'x', models: [] }, 'models'],
    ['a model with a blank', { name: 'x', models: ['a b'] }, 'models'],
    ['a limit that is no amount', { name: 'x', budgets: [{ per: 'day', limit: '20' }] }, 'budgets'],
    ['a budget with more', { name: 'x', budgets: [{ per: 'day', limit: '20 CNY', each: 'key' }] }, 'budgets'],
    ['a limit of none', { name: 'x', requestsPerMinute: 0 }, 'requestsPerMinute'],
    ['a limit that is no number', { name: 'x', parallel: '5' }, 'parallel'],
    ['a time that is over', { name: 'x', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['a time that is none', { name: 'x', expiresAt: 'tomorrow' }, 'expiresAt']
  ])('are not made with %s', async (_what, body, param) => {
    await using served = await serve()
    const { statusCode, ...answer } = await served.ask('POST', '/admin/keys', { key: served.admin, body })
    expect(statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ error: { code: 'invalid_request', param: param ?? null } })
    expect(await served.storage.keys.list()).toHaveLength(2)
  })
})

describe('costs', () => {
  test('are told by what was asked for', async () => {
    await using served = await serve()
    const { client, admin, ask } = served
    await ask('POST', '/v1/chat/completions', { key: client, body: question })
    const { since, until, costs } = (await ask('GET', '/admin/costs?by=key,model&since=24h', { key: admin })).json<Costs>()
    expect(costs).toEqual([
      {
        key: 'ann',
        model: 'canned',
        cost: null,
        currency: null,
        calls: 1,
        failed: 0,
        estimated: expect.any(Number),
        unpriced: expect.any(Number),
        inputTokens: expect.any(Number),
        outputTokens: expect.any(Number)
      }
    ])
    expect(until).toBeNull()
    expect(Date.parse(since)).toBeLessThan(Date.now() - 23 * 3_600_000)
    expect((await ask('GET', '/admin/costs?key=nobody', { key: admin })).json<Costs>().costs).toEqual([])
    expect((await ask('GET', '/admin/costs?until=2026-01-01', { key: admin })).json<Costs>().costs).toEqual([])
    expect((await ask('GET', '/admin/budgets', { key: admin })).json()).toEqual({ budgets: [] })
  })

  test.each(['since=yesterday', 'since=7d&since=8d', 'by=colour', 'by=', 'until=7', 'group=key', 'key=a&key=b'])(
    'are not told for ?%s',
    async query => {
      await using served = await serve()
      const { statusCode } = await served.ask('GET', `/admin/costs?${query}`, { key: served.admin })
      expect(statusCode).toBe(400)
    }
  )

  test('are not known to a host without a ledger', async () => {
    await using served = await serve({ ledger: false })
    expect((await served.ask('GET', '/admin/costs', { key: served.admin })).json()).toMatchObject({ error: { code: 'no_ledger' } })
  })
})

interface Costs {
  readonly since: string
  readonly until: string | null
  readonly costs: readonly object[]
}
