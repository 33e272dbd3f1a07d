import { describe, expect, test } from '@jest/globals'
import { ProviderError, type ChatEvent, type Dialect, type ProviderDefinition } from '@resoftai/sdk'
import { assertDialect, checkDialect, type CheckOptions } from '../src/testing/index.ts'
import { tiny } from './tiny-dialect.ts'

interface Config {
  readonly api_base: string
  readonly api_key: string
}

const options: CheckOptions = {
  config: { api_base: 'https://tiny.example/v1' },
  secrets: ['api_key'],
  goldens: [
    {
      name: 'hello',
      mode: 'stream',
      request: { model: 't-1', messages: [{ role: 'user', content: 'Hi' }] },
      expect: {
        url: 'https://tiny.example/v1/talk',
        headers: { authorization: 'Bearer {{secret:api_key}}' },
        body: { model: 't-1', messages: [{ role: 'user', content: 'Hi' }], live: true }
      }
    }
  ],
  fixtures: [
    {
      name: 'stream',
      body: 'data: {"say":"Hello, "}\n\ndata: {"say":"世界"}\n\ndata: {"bye":true,"spent":2}\n\ndata: [DONE]\n\n',
      expect: { content: 'Hello, 世界', reasoning: '', toolCalls: [], finishReason: 'stop', usage: { outputTokens: 2 } }
    },
    {
      name: 'whole',
      json: { say: 'Hello, 世界', bye: true, spent: 2 },
      expect: { content: 'Hello, 世界', finishReason: 'stop', usage: { outputTokens: 2 } }
    },
    { name: 'cut stream', body: 'data: {"say":"Hello, "}\n\n', expect: { errorKind: 'truncated' } },
    { name: 'teapot', status: 418, body: 'short and stout', expect: { errorKind: 'overloaded' } }
  ],
  pairs: [{ whole: 'whole', stream: 'stream' }]
}

/** The tiny dialect with a part of it replaced. */
function spoiled(spoil: (good: Dialect, config: Config) => Partial<Dialect>): ProviderDefinition<Config> {
  return {
    async create(context) {
      const good = await tiny.create(context)
      if (!('encode' in good)) throw new TypeError('the tiny plugin made no dialect')
      return { ...good, ...spoil(good, context.config) }
    }
  }
}

async function failuresOf<C>(definition: ProviderDefinition<C>, more: CheckOptions = {}): Promise<Record<string, string | undefined>> {
  const { ok, checks } = await checkDialect(definition, { ...options, ...more })
  const failed = checks.filter(check => !check.ok)
  expect(ok).toBe(failed.length === 0)
  return Object.fromEntries(failed.map(({ name, detail }) => [name, detail]))
}

const events = (meaning: Iterable<ChatEvent> | 'done'): ChatEvent[] => (meaning === 'done' ? [] : [...meaning])

describe('a correct dialect', () => {
  test('passes every check', async () => {
    const { ok, checks } = await checkDialect(tiny, options)
    expect(checks.filter(check => !check.ok)).toEqual([])
    expect(ok).toBe(true)
    expect(checks.map(({ name }) => name)).toEqual([
      'create makes a dialect',
      'golden hello',
      'encode is pure',
      'requests are well formed',
      'secrets stay in headers',
      'fixture stream',
      'fixture whole',
      'fixture cut stream',
      'fixture teapot',
      'split stream',
      'split cut stream',
      'prefix stream',
      'prefix cut stream',
      'one finish stream',
      'one finish cut stream',
      'pair whole = stream',
      'each stream has its own decoder',
      'decode is pure',
      'a good answer is no error',
      'survives junk',
      'survives corrupted streams',
      'survives corrupted replies',
      'pollutes no prototype'
    ])
    await assertDialect(tiny, options)
  })

  test('passes without goldens and fixtures too', async () => {
    await assertDialect(tiny, { config: { api_base: 'https://tiny.example/v1' } })
  })

  test('gets a frozen context with placeholders, a clock that stands and a log that swallows', async () => {
    let seen: unknown
    await checkDialect(
      {
        create(context) {
          const { config, provider, clock, log } = context
          log.debug('x')
          seen = { config, provider, now: clock(), frozen: Object.isFrozen(context) && Object.isFrozen(config) }
          return tiny.create(context as unknown as Parameters<typeof tiny.create>[0])
        }
      },
      { ...options, now: 42 }
    )
    expect(seen).toEqual({
      config: { api_base: 'https://tiny.example/v1', api_key: '{{secret:api_key}}' },
      provider: 'check',
      now: 42,
      frozen: true
    })
  })
})

describe('create', () => {
  test('that throws is the only check, and is reported', async () => {
    const report = await checkDialect({
      create() {
        throw new TypeError('no config')
      }
    })
    expect(report).toEqual({
      ok: false,
      checks: [{ name: 'create makes a dialect', ok: false, detail: 'it threw TypeError: no config' }]
    })
  })

  test('that makes a provider of its own cannot be checked', async () => {
    const failures = await failuresOf({ create: () => ({ async *chat() {} }) })
    expect(failures).toEqual({ 'create makes a dialect': expect.stringContaining('provider of its own') as unknown })
  })
})

describe('what is sent', () => {
  test('a wrong golden is shown with the place that differs', async () => {
    const goldens = options.goldens?.map(golden => ({ ...golden, expect: { ...golden.expect, body: { model: 't-2' } } })) ?? []
    expect(await failuresOf(tiny, { goldens })).toEqual({ 'golden hello': 'body.model: expected "t-2", got "t-1"' })
  })

  test('a field too many is no golden', async () => {
    const failures = await failuresOf(
      spoiled(good => ({
        encode(request, mode) {
          const wire = good.encode(request, mode)
          return { ...wire, headers: { ...wire.headers, 'x-more': '1' } }
        }
      }))
    )
    expect(failures).toEqual({ 'golden hello': 'headers.x-more: expected undefined, got "1"' })
  })

  test('a golden that is refused fails', async () => {
    const refusing = spoiled(() => ({
      encode() {
        throw new ProviderError('bad_request', 'No.')
      }
    }))
    expect(await failuresOf(refusing)).toEqual({ 'golden hello': expect.stringContaining('ProviderError: No.') as unknown })
  })

  test('encode that counts its calls is not pure', async () => {
    let calls = 0
    const counting = spoiled(good => ({
      encode(request, mode) {
        const wire = good.encode(request, mode)
        return { ...wire, headers: { ...wire.headers, 'x-request-id': String(calls++) } }
      }
    }))
    expect(await failuresOf(counting, { goldens: [] })).toEqual({
      'encode is pure': expect.stringContaining('headers.x-request-id') as unknown
    })
  })

  test('encode that changes its request is not pure', async () => {
    const changing = spoiled(good => ({
      encode(request, mode) {
        ;(request as { model: string }).model = 'other'
        return good.encode(request, mode)
      }
    }))
    const failures = await failuresOf(changing, { goldens: [] })
    expect(failures['encode is pure']).toContain('it threw TypeError')
  })

  test('encode that changes the messages deep inside is not pure', async () => {
    const changing = spoiled(good => ({
      encode(request, mode) {
        ;(request.messages as unknown[]).push({ role: 'system', content: 'Be kind.' })
        return good.encode(request, mode)
      }
    }))
    expect(await failuresOf(changing, { goldens: [] })).toHaveProperty('encode is pure')
  })

  test('a dialect that changes its requests spoils neither the samples nor the goldens of the next', async () => {
    const goldens = structuredClone(options.goldens ?? [])
    const emptying = spoiled(good => ({
      encode(request, mode) {
        const wire = good.encode(structuredClone(request), mode)
        if (!Object.isFrozen(request)) {
          ;(request as { model: string }).model = 'spoiled'
          ;(request.messages as unknown[]).length = 0
        }
        return wire
      }
    }))
    await checkDialect(emptying, { ...options, goldens })
    expect(goldens).toEqual(options.goldens)
    const seen: unknown[] = []
    await failuresOf(spoiled(good => ({ encode: (request, mode) => (seen.push(request.model), good.encode(request, mode)) })))
    expect(seen).not.toContain('spoiled')
  })

  test.each<[string, (key: string) => { url?: string; body?: unknown }, string]>([
    ['the query', key => ({ url: `https://tiny.example/talk?key=${key}` }), 'the secret api_key is in the URL'],
    ['the path, escaped', key => ({ url: `https://tiny.example/${encodeURIComponent(key)}` }), 'the secret api_key is in the URL'],
    ['the body', key => ({ body: { auth: { key } } }), 'the secret api_key is in the body'],
    ['the body, as base64', key => ({ body: { auth: Buffer.from(key).toString('base64') } }), 'the secret api_key is in the body']
  ])('a secret in %s is found', async (_, leak, complaint) => {
    const leaking = spoiled((good, { api_key }) => ({
      encode: (request, mode) => ({ ...good.encode(request, mode), ...leak(api_key) })
    }))
    expect(await failuresOf(leaking, { goldens: [] })).toEqual({ 'secrets stay in headers': `a question (stream): ${complaint}` })
  })

  test('a secret in the query of another request is found, and allowed where the manifest says so', async () => {
    const listing = spoiled((_, { api_key, api_base }) => ({
      models: { encode: () => ({ url: `${api_base}/models?key=${api_key}`, headers: {} }), decode: () => [] }
    }))
    expect(await failuresOf(listing)).toEqual({ 'secrets stay in headers': 'models: the secret api_key is in the URL' })
    expect(await failuresOf(listing, { secretQuery: ['key'] })).toEqual({})
  })

  test.each<[string, Partial<ReturnType<Dialect['encode']>>, string]>([
    ['a relative URL', { url: '/talk' }, 'is not an absolute http(s) URL'],
    ['another protocol', { url: 'file:///etc/hosts' }, 'is not an absolute http(s) URL'],
    ['a header with a line end', { headers: { 'x-note': 'a\r\nb: c' } }, 'the header "x-note" cannot be sent'],
    ['a header name with a space', { headers: { 'x note': 'a' } }, 'the header "x note" cannot be sent'],
    ['a GET with a body', { method: 'GET' }, 'a GET with a body'],
    ['a body that is no JSON', { body: () => 'x' }, 'the body is no JSON value']
  ])('%s is not well formed', async (_, part, complaint) => {
    const malformed = spoiled(good => ({ encode: (request, mode) => ({ ...good.encode(request, mode), ...part }) }))
    const failures = await failuresOf(malformed, { goldens: [] })
    expect(failures['requests are well formed']).toContain(complaint)
  })

  test('encode that throws anything but a ProviderError fails', async () => {
    const fragile = spoiled(good => ({
      encode(request, mode) {
        if (request.model === '') throw new RangeError('no messages')
        return good.encode(request, mode)
      }
    }))
    const complaint = 'it threw RangeError: no messages'
    expect(await failuresOf(fragile)).toEqual({
      'encode is pure': complaint,
      'requests are well formed': complaint,
      'secrets stay in headers': complaint
    })
  })
})

describe('what comes back', () => {
  test('a wrong fixture is shown with the field that differs', async () => {
    const fixtures = options.fixtures?.map(fixture =>
      fixture.name === 'stream' ? { ...fixture, expect: { content: 'Bye', finishReason: 'stop' as const } } : fixture
    )
    expect(await failuresOf(tiny, { fixtures: fixtures ?? [] })).toEqual({
      'fixture stream': 'content: expected "Bye", got "Hello, 世界"'
    })
  })

  test('a wrong kind of error is shown', async () => {
    const fixtures = [{ name: 'teapot', status: 418, json: {}, expect: { errorKind: 'auth' as const } }]
    expect(await failuresOf(tiny, { fixtures, pairs: [] })).toEqual({ 'fixture teapot': 'errorKind: expected "auth", got "overloaded"' })
  })

  test('a stream that finishes for two reasons has not one finish', async () => {
    const twice = spoiled(good => ({
      streamDecoder() {
        const decode = good.streamDecoder()
        return event => {
          const meaning = decode(event)
          if (meaning === 'done') return meaning
          return events(meaning).flatMap((one): ChatEvent[] => (one.type === 'finish' ? [one, { ...one, reason: 'length' }] : [one]))
        }
      }
    }))
    expect(await failuresOf(twice)).toEqual({ 'one finish stream': 'it finished for 2 reasons: stop, length' })
  })

  test('a stream that never finishes has not one finish', async () => {
    const endless = spoiled(good => ({
      streamDecoder() {
        const decode = good.streamDecoder()
        return event => events(decode(event)).filter(({ type }) => type !== 'finish')
      }
    }))
    expect(await failuresOf(endless)).toMatchObject({
      'one finish stream': 'it never finished',
      'fixture stream': expect.stringContaining('truncated') as unknown
    })
  })

  test("finishing without the vendor's end is taken for complete too early", async () => {
    const hasty = spoiled(good => ({
      streamDecoder() {
        const decode = good.streamDecoder()
        return event => {
          const meaning = decode(event)
          return meaning === 'done' ? meaning : [...events(meaning), { type: 'finish', reason: 'stop' }]
        }
      }
    }))
    const failures = await failuresOf(hasty)
    expect(failures['prefix stream']).toBe('cut after event 1 the reply passes for complete, although content is missing')
    expect(failures['fixture cut stream']).toContain('errorKind: expected "truncated"')
  })

  test('a whole reply that is not the streamed one is no pair', async () => {
    const other = spoiled(good => ({
      decode: body => [...(good.decode?.(body) ?? [])].map(event => (event.type === 'text' ? { ...event, text: event.text.trim() } : event))
    }))
    const fixtures = [
      { name: 'stream', body: 'data: {"say":"Hi ","bye":true}\n\n', expect: {} },
      { name: 'whole', json: { say: 'Hi ', bye: true }, expect: {} }
    ]
    expect(await failuresOf(other, { fixtures })).toEqual({ 'pair whole = stream': 'content: expected "Hi", got "Hi "' })
  })

  test('a pair of a fixture that is not there fails', async () => {
    expect(await failuresOf(tiny, { pairs: [{ whole: 'hole', stream: 'stream' }] })).toEqual({
      'pair hole = stream': 'there is no reply in the fixture hole'
    })
  })

  test('state that two streams share is found', async () => {
    const shared = spoiled(good => {
      let pieces = 0
      return {
        streamDecoder() {
          const decode = good.streamDecoder()
          return event => {
            const meaning = decode(event)
            return meaning === 'done' ? meaning : [...events(meaning), { type: 'warning', message: `piece ${pieces++}` }]
          }
        }
      }
    })
    const failures = await failuresOf(shared)
    expect(failures).toHaveProperty('each stream has its own decoder')
    expect(failures).toHaveProperty('decode is pure')
  })

  test('decodeError that sees a failure in a good answer is found', async () => {
    const strict = spoiled(() => ({ decodeError: () => new ProviderError('server', 'Always.') }))
    expect((await failuresOf(strict))['a good answer is no error']).toBe('whole: decodeError takes it for "server"')
  })
})

describe('whatever comes back', () => {
  test('a TypeError about junk is found', async () => {
    const trusting = spoiled(() => ({
      decode: body => [
        { type: 'text', text: (body as { say: string }).say.trim() },
        { type: 'finish', reason: 'stop' }
      ]
    }))
    const failures = await failuresOf(trusting)
    expect(failures['survives junk']).toContain('decode: it threw what is no ProviderError: TypeError')
    expect(failures['survives corrupted replies']).toMatch(/^whole: decode: /)
  })

  test('a SyntaxError about what is no JSON is found', async () => {
    const trusting = spoiled(good => ({
      streamDecoder() {
        const decode = good.streamDecoder()
        return event => {
          if (event.data !== '[DONE]') JSON.parse(event.data)
          return decode(event)
        }
      }
    }))
    expect(await failuresOf(trusting)).toEqual({
      'survives junk': expect.stringContaining('it threw what is no ProviderError: SyntaxError') as unknown
    })
  })

  test('an event that is none is found', async () => {
    const careless = spoiled(() => ({
      streamDecoder: () => event => {
        if (event.data === '[DONE]') return 'done'
        let value: unknown
        try {
          value = JSON.parse(event.data)
        } catch {
          throw new ProviderError('protocol', 'no JSON')
        }
        return [{ type: 'text', text: (Object(value) as { say: string }).say }]
      }
    }))
    expect((await failuresOf(careless))['survives corrupted streams']).toContain('is not allowed')
  })

  test('decodeError that throws is found', async () => {
    const fragile = spoiled(() => ({
      decodeError: (_, body) => ((body as { fault: { code: string } }).fault.code === 'x' ? new ProviderError('server', 'x') : undefined)
    }))
    expect((await failuresOf(fragile, { fixtures: [], pairs: [] }))['survives junk']).toMatch(/decodeError\(200\): .*TypeError/)
  })

  test('prototype pollution is found, and cleaned up', async () => {
    const merge = (target: Record<string, unknown>, source: Record<string, unknown>): void => {
      for (const key of Object.keys(source)) {
        const [into, part] = [target[key], source[key]]
        if (typeof into === 'object' && into !== null && typeof part === 'object' && part !== null) {
          merge(into as Record<string, unknown>, part as Record<string, unknown>)
        } else target[key] = part
      }
    }
    const merging = spoiled(good => ({
      decode(body) {
        if (typeof body === 'object' && body !== null) merge({}, body as Record<string, unknown>)
        return good.decode?.(body) ?? []
      }
    }))
    expect((await failuresOf(merging))['pollutes no prototype']).toContain('Object.prototype.polluted')
    expect('polluted' in {}).toBe(false)
  })
})

describe('assertDialect', () => {
  test('lists everything that is wrong in one error', async () => {
    const broken = spoiled((good, { api_key }) => ({
      encode: (request, mode) => ({ ...good.encode(request, mode), url: `https://tiny.example/?key=${api_key}` }),
      decode: () => [{ type: 'text', text: 'always the same' }]
    }))
    const error: unknown = await assertDialect(broken, options).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/^Error: \d+ of 23 checks of the dialect failed:\n- golden hello: /)
    expect(String(error)).toContain('\n- secrets stay in headers: ')
    expect(String(error)).toContain('\n- fixture whole: ')
  })
})
