import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeService, json, reset, sse, stall, wait, type FakeService, type Respond } from '@resoftai/sdk/testing'
import { completion, connect, failureOf, finished, question, readAll, said, vendorError, withVendor, type Client } from './support.ts'

const hello = (model: string): Respond => json(completion('Hello', { model }))
const fails = (status: number, error: object = vendorError('no')) => json(error, { status })
const rateLimited = json(vendorError('slow down'), { status: 429, headers: { 'retry-after': '60' } })

let services: FakeService[] = []
let clients: Client[] = []
beforeEach(() => {
  services = []
  clients = []
})
afterEach(async () => {
  for (const client of clients) await client[Symbol.asyncDispose]()
  for (const service of services) await service.close()
})

const retry = { base_delay: 0.01, max_retries: 3 }
const quick = {
  plugin: 'openai-compatible',
  api_key: 'any-key-000',
  timeout: 2,
  stall_timeout: 0.3,
  reasoning_stall_timeout: 0.3,
  deadline: 10
}

/** The same numbers in each run, spread as chance would: three sigma are missed once in 370 runs. */
function sequence(): () => number {
  let state = 1
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32
}

/** A host with providers a, b, … that answer as given, and the given route over them. */
async function openRoute(responds: readonly Respond[], route?: unknown, settings: object = {}) {
  const made = await Promise.all(responds.map(respond => fakeService(respond)))
  services.push(...made)
  const names = made.map((_service, index) => 'abcdef'.charAt(index))
  const providers = Object.fromEntries(made.map(({ url }, index) => [names[index], { ...quick, api_base: url, ...settings }]))
  const routes = { fast: route ?? names.map(name => `${name}/model-${name}`) }
  const client = await connect('http://127.0.0.1:9', { config: { providers, routes, retry }, overrides: { random: sequence() } })
  clients.push(client)
  return { host: client.host, fast: await client.host.model('fast'), calls: () => made.map(({ requests }) => requests.length) }
}

describe('a route', () => {
  test('asks its first model as long as that answers', async () => {
    const { fast, host, calls } = await openRoute([hello('model-a'), hello('model-b')])
    const reply = await fast.chat(question)
    expect([reply.content, reply.model, calls()]).toEqual(['Hello', 'model-a', [1, 0]])
    expect(services[0]?.requests[0]?.json).toMatchObject({ model: 'model-a' })
    expect([fast.name, fast.plugin, host.routes()]).toEqual(['fast', 'route', ['fast']])
    expect(await fast.models()).toEqual([{ id: 'a/model-a' }, { id: 'b/model-b' }])
  })

  test.each<[string, Respond, string, number]>([
    ['a wrong key', fails(401), 'auth', 1],
    ['a model that is gone', fails(404), 'not_found', 1],
    ['no money left', fails(429, vendorError('no money', { code: 'insufficient_quota' })), 'quota', 1],
    ['too many requests, without waiting', rateLimited, 'rate_limit', 1],
    ['a broken vendor, after the repeats that leave one for the next', fails(500), 'server', 3],
    ['a connection that breaks', { steps: [reset] }, 'network', 3]
  ])('goes on with the next after %s', async (_what, respond, kind, tries) => {
    const { fast, host, calls } = await openRoute([respond, hello('model-b')])
    const reply = await fast.chat(question)
    expect([reply.model, calls()]).toEqual(['model-b', [tries, 1]])
    expect(reply.attempts.at(-2)).toMatchObject({ provider: 'a', model: 'model-a', kind })
    expect(reply.attempts.at(-1)).toMatchObject({ provider: 'b', model: 'model-b', why: 'fallback', phase: 'done' })
    expect(host.stats()['a']?.fallbacks).toEqual({ [kind]: 1 })
  })

  test.each<[string, Respond, string]>([
    ['a request that is wrong', fails(400), 'bad_request'],
    ['a conversation that is too long', fails(400, vendorError('long', { code: 'context_length_exceeded' })), 'context_length']
  ])('does not ask others after %s, unless it is told to', async (_what, respond, kind) => {
    const { fast, calls } = await openRoute([respond, hello('model-b')])
    expect(await failureOf(fast.chat(question))).toMatchObject({ kind, provider: 'a', model: 'model-a' })
    expect(calls()).toEqual([1, 0])
    const told = await openRoute([respond, hello('model-b')], { models: ['a/model-a', 'b/model-b'], fallback_on: [kind] })
    expect((await told.fast.chat(question)).model).toBe('model-b')
  })

  test('asks a model only after the failures it is for', async () => {
    const models = ['a/m', { model: 'b/m', only_after: ['context_length'] }, 'c/m']
    const { fast, calls } = await openRoute([fails(401), hello('b'), hello('c')], models)
    expect((await fast.chat(question)).model).toBe('c')
    expect(calls()).toEqual([1, 0, 1])
  })

  test('fails with the last failure and every try', async () => {
    const { fast, calls } = await openRoute([fails(500), fails(503), fails(401)])
    const error = await failureOf(fast.chat(question))
    expect(error).toMatchObject({ kind: 'auth', provider: 'c', model: 'model-c' })
    expect(error.attempts.map(({ provider, kind, why }) => [provider, kind, why])).toEqual([
      ['a', 'server', undefined],
      ['a', 'server', 'retry'],
      ['b', 'overloaded', 'fallback'],
      ['c', 'auth', 'fallback']
    ])
    expect(calls()).toEqual([2, 1, 1])
  })

  test('leaves out what is not configured, and says so only when nothing is left', async () => {
    const { fast } = await openRoute([hello('model-a')], ['nowhere/m', 'a/model-a'])
    expect((await fast.chat(question)).model).toBe('model-a')
    await expect(openRoute([hello('model-a')], ['nowhere/m'])).rejects.toMatchObject({ name: 'HostError', kind: 'not_found' })
  })

  test('is refused with all its mistakes before anything is asked', async () => {
    await expect(openRoute([hello('a')], { models: ['no-slash', { model: 'a/b', weight: -1 }], sticky: 'yes' })).rejects.toMatchObject({
      kind: 'config',
      problems: [
        expect.objectContaining({ path: 'routes.fast.models.0', message: expect.stringContaining('provider/model') }),
        expect.objectContaining({ path: 'routes.fast.models.1.weight' }),
        expect.objectContaining({ path: 'routes.fast.sticky' })
      ]
    })
  })

  test('an unknown one names those there are', async () => {
    const { host } = await openRoute([hello('a')])
    await expect(host.model('fats')).rejects.toMatchObject({ kind: 'usage', hint: expect.stringContaining('fast') })
  })
})

describe('a route whose stream breaks after content', () => {
  const broken = sse([said('Hel'), wait(20), reset])

  test('ends with what had arrived', async () => {
    const { fast, calls } = await openRoute([broken, sse([said('Hello'), finished()])])
    const { text, error } = await readAll(fast.stream(question))
    expect([text, error?.kind, error?.partial, calls()]).toEqual(['Hel', 'network', 'Hel', [1, 0]])
  })

  test('begins again with the next model for a caller that asks for it', async () => {
    const { fast } = await openRoute([broken, sse([said('Bonjour'), finished()])])
    const { text, events } = await readAll(fast.stream(question, { restart: true }))
    expect(text).toBe('Bonjour')
    expect(events.map(({ type }) => type).filter(type => type === 'restart' || type === 'finish')).toEqual(['restart', 'finish'])
  })

  test('N20 a stall is first asked for whole, then handed to the next model', async () => {
    const { fast, host, calls } = await openRoute([sse([said('Hel'), stall]), sse([said('Bonjour'), finished()])])
    const { text, events } = await readAll(fast.stream(question))
    expect([text, calls()]).toEqual(['Bonjour', [2, 1]])
    expect(events.filter(({ type }) => type === 'finish')).toHaveLength(1)
    expect(host.stats()['a']).toMatchObject({ rescues: { tried: 1, helped: 0 }, fallbacks: { stalled: 1 } })
  })

  test('N20 goes on along the route as long as nothing of the new reply is there', async () => {
    const { fast } = await openRoute([sse([said('Hel'), stall]), fails(401), sse([said('Bonjour'), finished()])])
    const { text, events } = await readAll(fast.stream(question))
    expect(text).toBe('Bonjour')
    expect(events.filter(({ type }) => type === 'restart')).toEqual([{ type: 'restart', reason: 'a failed: stalled' }])
  })

  test('a whole call shows nothing, so it may always go on', async () => {
    const cutBody = { headers: { 'content-type': 'application/json', 'content-length': '500' }, steps: [reset] }
    const { fast } = await openRoute([cutBody, hello('model-b')])
    expect((await fast.chat(question)).model).toBe('model-b')
  })
})

describe('a route with weights', () => {
  const weighted = (sticky: boolean) => ({ sticky, models: [{ model: 'a/m', weight: 3 }, { model: 'b/m', weight: 1 }, 'c/m'] })
  const conversation = (number: number) => ({ messages: [{ role: 'user' as const, content: `Question ${number}` }] })

  test('begins with each in its share, and never with one that has none', async () => {
    const { fast, calls } = await openRoute([hello('a'), hello('b'), hello('c')], weighted(false))
    for (let call = 0; call < 120; call++) await fast.chat(question)
    const [a = 0, b = 0, c = 0] = calls()
    expect(a + b).toBe(120)
    expect(c).toBe(0)
    // Three sigma around 90.
    expect(a).toBeGreaterThan(75)
    expect(a).toBeLessThan(105)
  })

  test('keeps a conversation with the model it began with, when it is sticky', async () => {
    const { fast, calls } = await openRoute([hello('a'), hello('b'), hello('c')], weighted(true))
    const models = new Set<string>()
    for (let number = 0; number < 20; number++) {
      const first = await fast.chat(conversation(number))
      const { messages } = conversation(number)
      const second = await fast.chat({ messages: [...messages, first.message, { role: 'user', content: 'And then?' }] })
      expect(second.model).toBe(first.model)
      models.add(first.model)
    }
    expect([...models].toSorted()).toEqual(['a', 'b'])
    const session = { session: 'one' }
    const replies = await Promise.all([1, 2, 3, 4, 5, 6].map(number => fast.chat(conversation(number), session)))
    expect(new Set(replies.map(({ model }) => model)).size).toBe(1)
    expect(calls()[2]).toBe(0)
  })
})

describe('a provider with several keys', () => {
  const keys = ['sk-key-one-000', 'sk-key-two-000', 'sk-key-three-0'] as const
  const byKey = (answers: Readonly<Record<string, Respond>>): Respond => {
    return ({ headers }) => {
      const key = headers['authorization']?.slice('Bearer '.length) ?? ''
      return (answers[key] ?? json(completion(key))) as never
    }
  }

  test('uses them in turn', async () => {
    await using vendor = await withVendor(byKey({}), { settings: { api_key: keys } })
    const used = []
    for (let call = 0; call < 6; call++) used.push((await vendor.provider.chat(question)).content)
    expect(used).toEqual([...keys, ...keys])
  })

  test('H20 goes on with the next when one has no money left, and lets that one rest', async () => {
    const poor = json(vendorError('no money', { code: 'insufficient_quota' }), { status: 429 })
    await using vendor = await withVendor(byKey({ [keys[0]]: poor }), { settings: { api_key: keys, max_retries: 0 } })
    const reply = await vendor.provider.chat(question)
    expect(reply.content).toBe(keys[1])
    expect(reply.attempts.map(({ key, why, kind }) => [key, why, kind])).toEqual([
      [1, undefined, 'quota'],
      [2, 'key', undefined]
    ])
    for (let call = 0; call < 4; call++) expect((await vendor.provider.chat(question)).content).not.toBe(keys[0])
    expect(vendor.host.stats()['vendor']?.keys).toEqual({ total: 3, resting: 1 })
  })

  test('takes a key up again when its rate window is over', async () => {
    const answers: Record<string, Respond> = { [keys[0]]: json(vendorError('slow'), { status: 429, headers: { 'retry-after-ms': '300' } }) }
    await using vendor = await withVendor(byKey(answers), { settings: { api_key: keys.slice(0, 2), max_retries: 0 } })
    await vendor.provider.chat(question)
    delete answers[keys[0]]
    await sleep(350)
    const used = [await vendor.provider.chat(question), await vendor.provider.chat(question)].map(({ content }) => content)
    expect(used.toSorted()).toEqual(keys.slice(0, 2).toSorted())
  })

  test('H20 with none left says so, by the failure of the keys, and no key is in it', async () => {
    const poor = json(vendorError('no money', { code: 'insufficient_quota' }), { status: 429 })
    await using vendor = await withVendor(poor, { settings: { api_key: keys } })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'quota', vendorCode: 'insufficient_quota' })
    expect(vendor.service.requests).toHaveLength(3)
    const error = await failureOf(vendor.provider.chat(question))
    expect(error).toMatchObject({ kind: 'quota', code: 'keys_resting', retryAfterMs: expect.any(Number) })
    expect(vendor.service.requests).toHaveLength(3)
    expect(JSON.stringify(error)).not.toContain('sk-key')
  })
})

describe('a vendor that is dead', () => {
  const settings = { retry: { base_delay: 0.005, max_retries: 3 }, breaker: { failures: 10, rest: 0.3 } }

  test('H26 costs one call 1 + max_retries requests, and many calls hardly more than one each', async () => {
    await using vendor = await withVendor(fails(500), { settings })
    expect((await failureOf(vendor.provider.chat(question))).attempts).toHaveLength(4)
    expect(vendor.service.requests).toHaveLength(4)
    for (let call = 0; call < 19; call++) await failureOf(vendor.provider.chat(question))
    expect(vendor.service.requests.length).toBeLessThanOrEqual(20 * 1.3)
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({
      kind: 'overloaded',
      code: 'breaker_open',
      retryable: false,
      retryAfterMs: expect.any(Number)
    })
    expect(vendor.host.stats()['vendor']?.breaker).toEqual({ state: 'open', opened: 1 })
  })

  test('is tried again with one probe after a rest, and used when that succeeds', async () => {
    let well = false
    await using vendor = await withVendor(() => (well ? json(completion('Hello')) : fails(500)), { settings })
    for (let call = 0; call < 6; call++) await failureOf(vendor.provider.chat(question))
    const before = vendor.service.requests.length
    await sleep(350)
    expect(vendor.host.stats()['vendor']?.breaker.state).toBe('half-open')
    const calls = await Promise.all(Array.from({ length: 5 }, () => failureOf(vendor.provider.chat(question))))
    expect(vendor.service.requests.length).toBe(before + 1)
    expect(calls.filter(({ code }) => code === 'breaker_open')).toHaveLength(4)
    well = true
    await sleep(650)
    expect((await vendor.provider.chat(question)).content).toBe('Hello')
    expect(vendor.host.stats()['vendor']?.breaker).toEqual({ state: 'closed', opened: 2 })
  })

  test('many calls at once do not multiply the load on it', async () => {
    await using vendor = await withVendor(fails(503), { settings: { ...settings, breaker: { failures: 0 } } })
    await Promise.all(Array.from({ length: 100 }, () => failureOf(vendor.provider.chat(question))))
    expect(vendor.service.requests.length).toBeLessThanOrEqual(130)
    expect(vendor.host.stats()['vendor']?.retriesRefused).toBeGreaterThan(50)
  })

  test('a vendor that refuses requests is not dead', async () => {
    await using vendor = await withVendor(fails(400), { settings: { ...settings, breaker: { failures: 2 } } })
    for (let call = 0; call < 5; call++) expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'bad_request' })
    expect(vendor.service.requests).toHaveLength(5)
  })

  test('a route does not even ask it', async () => {
    const { fast, calls } = await openRoute([fails(500), hello('model-b')], undefined, { breaker: { failures: 4, rest: 60 } })
    for (let call = 0; call < 6; call++) expect((await fast.chat(question)).model).toBe('model-b')
    expect(calls()).toEqual([4, 6])
  })
})

describe('the retry policy', () => {
  test('is the configured one, of the host or of the provider', async () => {
    await using byHost = await withVendor(fails(500), { config: { retry: { max_retries: 1, base_delay: 0.01 } } })
    await failureOf(byHost.provider.chat(question))
    expect(byHost.service.requests).toHaveLength(2)
    await using own = await withVendor(fails(500), {
      settings: { max_retries: 0 },
      config: { retry: { max_retries: 5, base_delay: 0.01 } }
    })
    await failureOf(own.provider.chat(question))
    expect(own.service.requests).toHaveLength(1)
    const kinds = { retry: { base_delay: 0.01, max_retries: 2, retryable_errors: ['rate_limit'] } }
    await using picky = await withVendor([fails(500), json(completion('Hello'))], { settings: kinds })
    expect(await failureOf(picky.provider.chat(question))).toMatchObject({ kind: 'server' })
    expect(picky.service.requests).toHaveLength(1)
  })

  test('is counted: how often it was used, and how often it helped, by cause', async () => {
    const retrying = { retry: { base_delay: 0.01 } }
    await using vendor = await withVendor([fails(500), json(completion('Hello')), fails(503), fails(500), json(completion('Hello'))], {
      settings: retrying
    })
    await vendor.provider.chat(question)
    await vendor.provider.chat(question)
    const stats = vendor.host.stats()['vendor']
    expect(stats?.retries).toEqual({ server: { tried: 2, helped: 2 }, overloaded: { tried: 1, helped: 0 } })
    expect(stats?.calls).toEqual({ finished: 2, cancelled: 0, failed: {} })
    expect(stats?.firstEventMs.count).toBe(2)
  })

  test('repeats carry the idempotency key of the first try, other calls another one', async () => {
    await using vendor = await withVendor([fails(500), json(completion('Hello'))], { settings: { retry: { base_delay: 0.01 } } })
    await vendor.provider.chat(question)
    await vendor.provider.chat(question)
    const [first, second, third] = vendor.service.requests.map(({ headers }) => headers['idempotency-key'])
    expect(first).toMatch(/^[\da-f-]{36}-\d+$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})
