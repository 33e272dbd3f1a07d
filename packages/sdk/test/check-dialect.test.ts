import { describe, expect, test } from '@jest/globals'
import {
  defineProvider,
  ProviderError,
  secretPart,
  type ChatEvent,
  type Dialect,
  type FollowUp,
  type JwtSpec,
  type ProviderDefinition
} from '@resoftai/sdk'
import { assertDialect, checkDialect, checkGroups, type Check, type CheckOptions, type Fixture } from '../src/testing/index.ts'
import { sound, soundOptions, type SoundConfig } from './sound-dialect.ts'
import { tiny } from './tiny-dialect.ts'

async function checksOf<C>(definition: ProviderDefinition<C>, options: CheckOptions): Promise<readonly Check[]> {
  return (await checkDialect(definition, options)).checks
}

/** What failed, by name, in words. */
async function failuresOf<C>(definition: ProviderDefinition<C>, options: CheckOptions): Promise<Record<string, string | undefined>> {
  const failed = (await checksOf(definition, options)).filter(({ status }) => status === 'failed')
  return Object.fromEntries(failed.map(({ name, detail }) => [name, detail]))
}

/** The sound dialect with a part of it replaced. */
function altered(alter: (good: Dialect, config: SoundConfig) => Partial<Dialect>): ProviderDefinition<SoundConfig> {
  return {
    async create(context) {
      const good = (await sound.create(context)) as Dialect
      const parts = alter(good, context.config)
      return { ...good, ...parts }
    }
  }
}

const withFixtures = (...fixtures: readonly Fixture[]): CheckOptions => ({ ...soundOptions, fixtures, pairs: [] })

describe('the report', () => {
  test('has every check in its group, all of them good for a sound dialect', async () => {
    const { ok, checks } = await checkDialect(sound, soundOptions)
    expect(ok).toBe(true)
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([])
    expect([...new Set(checks.map(({ group }) => group))].toSorted()).toEqual([...checkGroups].toSorted())
    expect(new Set(checks.map(({ group, name }) => `${group}: ${name}`)).size).toBe(checks.length)
    await assertDialect(sound, soundOptions)
  })

  test('says what a dialect without cases cannot show, and is good all the same', async () => {
    const { ok, checks } = await checkDialect(tiny, {
      config: { api_base: 'https://tiny.example/v1' },
      provides: ['chat', 'tools', 'vision']
    })
    expect(ok).toBe(true)
    const skipped = checks.filter(({ status }) => status === 'skipped')
    expect(Object.fromEntries(skipped.map(({ name, detail }) => [name, detail]))).toEqual({
      chat: 'no case shows it: add a request for a reply to conformance/encode, and a reply that is good to conformance/replies',
      tools: 'no case shows it: add a request with tools to conformance/encode, and a reply that calls a tool to conformance/replies',
      vision: 'no case shows it: add a request with an image to conformance/encode',
      'a golden request': 'no request is shown: add one to conformance/encode',
      'a reply': 'no answer of the vendor is shown: add one to conformance/replies',
      'usage is shown': 'no fixture shows usage: add one to conformance/replies',
      'error answers of every status (H01-H33)': 'no fixture shows an error answer: add one with its status to conformance/replies',
      'an error inside the stream (H29, H31)': 'no fixture shows an error inside a stream: add one to conformance/replies'
    })
  })

  test('tells of each check when it begins and when it is done', async () => {
    const told: string[] = []
    const checks = await checksOf(sound, {
      ...soundOptions,
      onStart: ({ name }) => told.push(`start ${name}`),
      onCheck: ({ name, status }) => told.push(`${status} ${name}`)
    })
    expect(told).toEqual(checks.flatMap(({ name, status }) => [`start ${name}`, `${status} ${name}`]))
  })

  test('names the case that is wrong, and its file', async () => {
    const fixtures: Fixture[] = [{ name: 'hello', file: 'replies/hello.json', json: { say: 'Hi', bye: 'done' }, expect: { content: 'Ho' } }]
    const checks = await checksOf(sound, withFixtures(...fixtures))
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([
      {
        group: 'replies',
        name: 'fixture hello',
        status: 'failed',
        detail: 'content: expected "Ho", got "Hi"',
        file: 'replies/hello.json',
        durationMs: expect.any(Number) as unknown
      }
    ])
  })

  test('cuts what a dialect says without end', async () => {
    const wordy = altered(() => ({
      decodeError: () => {
        throw new TypeError('x'.repeat(100_000))
      }
    }))
    const details = Object.values(await failuresOf(wordy, soundOptions))
    expect(details.length).toBeGreaterThan(0)
    for (const detail of details) expect(detail?.length).toBeLessThan(5_000)
  })

  test('is one error with everything that is wrong, in a test', async () => {
    const broken = altered((good, { api_key }) => ({
      encode: (request, mode) => ({ ...good.encode(request, mode), url: `https://sound.example/?key=${api_key}` }),
      decode: () => [{ type: 'text', text: 'always the same' }]
    }))
    const error: unknown = await assertDialect(broken, soundOptions).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/^Error: \d+ of \d+ checks of the dialect failed:\n- encode: golden tools: /)
    expect(String(error)).toContain('\n- secrets: secrets stay in headers: ')
    expect(String(error)).toContain('\n- replies: fixture text, whole: ')
  })
})

describe('create', () => {
  test('is given a frozen context with placeholders, a clock that stands and a log that swallows', async () => {
    const seen: unknown[] = []
    await checkDialect(
      defineProvider<SoundConfig>({
        create(context) {
          const { config, provider, clock, log } = context
          log.debug('x')
          seen.push({ config, provider, now: clock(), frozen: Object.isFrozen(context) && Object.isFrozen(config) })
          return sound.create(context)
        }
      }),
      { ...soundOptions, now: 42 }
    )
    const config = { api_base: 'https://sound.example/v1', api_key: '{{secret:api_key}}' }
    expect(seen[0]).toEqual({ config, provider: 'check', now: 42, frozen: true })
  })

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('no config')
      },
      'it threw TypeError: no config'
    ],
    ['makes a provider of its own', () => ({ async *chat() {} }), 'create() made a provider of its own, which this suite cannot check'],
    ['makes nothing', () => undefined as unknown as Dialect, 'create() made no dialect: it has no encode and streamDecoder']
  ])('that %s is the only check', async (_, create, detail) => {
    const checks = await checksOf({ create }, soundOptions)
    expect(checks).toEqual([
      { group: 'create', name: 'create makes a dialect', status: 'failed', detail, durationMs: expect.any(Number) as unknown }
    ])
  })

  test('is asked again for the config of a case, which may leave a secret out', async () => {
    const local = defineProvider<Partial<SoundConfig> & { readonly api_base: string }>({
      async create(context) {
        const good = (await sound.create(context as never)) as Dialect
        const { api_key } = context.config
        const headers = api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }
        return { ...good, encode: (request, mode) => ({ ...good.encode(request, mode), headers: { ...request.headers, ...headers } }) }
      }
    })
    const request = { model: 'm', messages: [] }
    const body = { model: 'm', messages: [], live: false }
    const config = { api_base: 'http://localhost:9', api_key: null }
    const goldens = [
      {
        name: 'remote',
        mode: 'whole',
        request,
        expect: { url: 'https://sound.example/v1/talk', headers: { authorization: 'Bearer {{secret:api_key}}' }, body }
      },
      { name: 'local', mode: 'whole', config, request, expect: { url: 'http://localhost:9/talk', headers: {}, body } }
    ] as const
    const options = { ...soundOptions, hosts: ['${config.api_base}'], goldens, fixtures: [], pairs: [], provides: [] }
    const checks = await checksOf(local, options)
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([])
    expect(checks.map(({ name }) => name)).toContain('create makes a dialect with the config of local')
  })
})

describe('a golden', () => {
  test.each<[string, Partial<ReturnType<Dialect['encode']>>, string]>([
    ['another body', { body: { model: 's-2' } }, 'body.model: expected "s-1", got "s-2"'],
    [
      'a field too many',
      { headers: { authorization: 'Bearer {{secret:api_key}}', 'x-more': '1' } },
      'headers.x-more: expected undefined, got "1"'
    ],
    ['another method', { method: 'GET' }, 'method: expected "POST", got "GET"'],
    ['a warning', { warnings: ['Something was left out.'] }, 'warnings[0]: expected undefined, got "Something was left out."']
  ])('shows the place that differs: %s', async (_, part, detail) => {
    const failures = await failuresOf(
      altered(good => ({ encode: (request, mode) => ({ ...good.encode(request, mode), ...part }) })),
      soundOptions
    )
    expect(failures['golden tools']).toBe(detail)
  })

  test('that is refused fails', async () => {
    const refusing = altered(() => ({
      encode() {
        throw new ProviderError('bad_request', 'No.')
      }
    }))
    expect(await failuresOf(refusing, soundOptions)).toEqual({ 'golden tools': 'it threw ProviderError: No.' })
  })

  test('of a call that the dialect cannot make fails', async () => {
    const goldens = [{ name: 'count', call: 'tokens', request: { model: 'm', messages: [] }, expect: { url: '', headers: {} } }] as const
    expect(await failuresOf(sound, { ...soundOptions, goldens })).toEqual({ 'golden count': 'the dialect makes no request for tokens' })
  })
})

describe('a fixture', () => {
  test.each<[string, Omit<Fixture, 'name'>, string]>([
    [
      'an error of another kind',
      { status: 503, json: { fault: 'busy' }, expect: { errorKind: 'auth' } },
      'errorKind: expected "auth", got "overloaded"'
    ],
    [
      'another part of an error',
      { status: 503, json: { fault: 'busy' }, expect: { errorKind: 'overloaded', error: { retryable: false } } },
      'error.retryable: expected false, got true'
    ],
    ['no error', { status: 503, json: {}, expect: { errorKind: 'auth' } }, 'errorKind: expected "auth", got undefined'],
    ['an unknown error', { status: 503, json: {}, expect: {} }, 'decodeError sees no error in it'],
    [
      'a failure',
      { json: { say: 'Hi' }, expect: { content: 'Hi' } },
      'it failed with ProviderError: The vendor answered with something that is no reply. (protocol)'
    ],
    [
      'a call too many',
      { json: { calls: [{ n: 0, id: 'a', name: 'now' }], bye: 'call' }, expect: { toolCalls: [] } },
      'toolCalls[0]: expected undefined, got'
    ],
    [
      'other usage',
      { json: { say: 'Hi', bye: 'done', spent: { out: 1 } }, expect: { usage: {} } },
      'usage.outputTokens: expected undefined, got 1'
    ],
    [
      'a model that is missing',
      { json: { voices: ['a'] }, expect: { models: [{ id: 'b' }] } },
      "the model { id: 'b' } is not in [ { id: 'a' } ]"
    ],
    ['embeddings that the dialect has not', { json: {}, expect: { embeddings: {} } }, 'the dialect has no embeddings'],
    ['a count of tokens that the dialect has not', { json: {}, expect: { tokens: 1 } }, 'the dialect has no tokens']
  ])('that expects %s is shown with what differs', async (_, fixture, detail) => {
    const failures = await failuresOf(sound, withFixtures({ name: 'x', ...fixture }))
    expect(failures['fixture x']).toContain(detail)
  })

  test('of a whole reply needs a dialect that reads one', async () => {
    const streaming = altered(good => (Reflect.deleteProperty(good, 'decode'), {}))
    const failures = await failuresOf(streaming, withFixtures({ name: 'x', json: { say: 'Hi' }, expect: {} }))
    expect(failures['fixture x']).toBe('the dialect cannot read a whole reply: it has no decode')
  })

  test('may be a bare JSON error inside a stream, or in place of one', async () => {
    const error = JSON.stringify({ fault: 'busy' }, undefined, 2)
    const failures = await failuresOf(
      sound,
      withFixtures(
        { name: 'inside', body: `data: {"say":"Hi"}\r\n\r\n${error}\r\n`, expect: { errorKind: 'overloaded' } },
        { name: 'instead', body: error, expect: { errorKind: 'overloaded' } },
        { name: 'whole instead', body: '{"say":"Hi","bye":"done"}', expect: { content: 'Hi' } }
      )
    )
    expect(failures).toEqual({})
  })

  test('that ends with the reason `error` is no reply', async () => {
    const ending = altered(() => ({ decode: () => [{ type: 'finish', reason: 'error', raw: 'oops' }] }))
    const failures = await failuresOf(
      ending,
      withFixtures({ name: 'x', json: {}, expect: { errorKind: 'server', error: { vendorCode: 'oops' } } })
    )
    expect(failures).not.toHaveProperty('fixture x')
  })

  test('of a pair that is not there fails', async () => {
    expect(await failuresOf(sound, { ...soundOptions, pairs: [{ whole: 'hole', stream: 'text' }] })).toEqual({
      'pair hole = text': 'there is no reply in the fixture hole'
    })
  })
})

describe('a reply that takes several requests', () => {
  const poll = { url: 'https://sound.example/v1/poll', headers: {} }
  const said: readonly ChatEvent[] = [
    { type: 'text', text: 'Hi' },
    { type: 'finish', reason: 'stop' }
  ]
  const followed = (step: Partial<FollowUp> = {}): ProviderDefinition<SoundConfig> =>
    altered(good => ({
      decode: body =>
        (Object(body) as { id?: unknown }).id === 7
          ? {
              next: poll,
              decode: answer => ((Object(answer) as { ready?: unknown }).ready === true ? said : (good.decode?.(answer) ?? [])),
              ...step
            }
          : (good.decode?.(body) ?? [])
    }))
  const whole: Fixture = { name: 'x', json: { id: 7 }, further: [{ ready: true }], expect: { content: 'Hi', next: [poll] } }

  test('is read with the answers to all of them', async () => {
    expect(await failuresOf(followed(), withFixtures(whole))).toEqual({})
  })

  test.each<[string, Partial<FollowUp>, Partial<Fixture>, Record<string, string>]>([
    ['asks for more than there is', {}, { further: [] }, { 'fixture x': 'it asks for one more answer: add it to `further`' }],
    [
      'asks for less than there is',
      {},
      { further: [{ ready: true }, {}] },
      { 'fixture x': 'it asks for no more answers, and there are more in `further`' }
    ],
    [
      'asks for something else',
      {},
      { expect: { next: [{ ...poll, url: 'https://sound.example/x' }] } },
      { 'fixture x': 'next[0].url: expected "https://sound.example/x", got "https://sound.example/v1/poll"' }
    ],
    [
      'asks in a way that cannot be sent',
      { next: { ...poll, url: '/poll' } },
      {},
      { 'fixture x': 'what it asks for next: the URL "/poll" is not an absolute http(s) URL' }
    ],
    ['waits for no number', { afterMs: NaN }, {}, { 'fixture x': 'afterMs is NaN' }],
    ['tells what is no event', { events: [{ type: 'text' } as ChatEvent] }, {}, { 'fixture x': "text of { type: 'text' } is not allowed" }],
    [
      'puts the key into an address',
      { next: { ...poll, url: `${poll.url}?k={{secret:api_key}}` } },
      { expect: {} },
      { 'secrets stay in headers': 'x: the secret api_key is in the URL' }
    ]
  ])('and %s', async (_, step, fixture, failures) => {
    expect(await failuresOf(followed(step), withFixtures({ ...whole, ...fixture }))).toMatchObject(failures)
  })

  test('must not be taken for one when a later answer is junk', async () => {
    const trusting = followed({
      decode: answer => [
        { type: 'text', text: (answer as { text: string }).text.trim() },
        { type: 'finish', reason: 'stop' }
      ]
    })
    const failures = await failuresOf(trusting, withFixtures({ ...whole, further: [{ text: 'Hi' }] }))
    expect(failures['survives corrupted replies']).toContain('TypeError')
  })
})

describe('a token', () => {
  const jwt: JwtSpec = {
    algorithm: 'HS256',
    key: secretPart('{{secret:api_key}}', 1),
    header: { kid: 'a' },
    claims: ({ nowMs, nonce }) => ({ iat: nowMs, jti: nonce, iss: undefined })
  }
  const signed = (more: Partial<JwtSpec>, put = (token: string): object => ({ headers: { authorization: `Bearer ${token}` } })) =>
    defineProvider<SoundConfig>({
      async create(context) {
        const good = (await sound.create(context)) as Dialect
        const token = context.sign({ ...jwt, ...more })
        return { ...good, encode: (request, mode) => ({ ...good.encode(request, mode), ...put(token) }) }
      }
    })
  const options: CheckOptions = { ...soundOptions, goldens: [] }
  const name = 'tokens are asked for as they must be'
  let calls = 0

  test('that is asked for in the right way is fine', async () => {
    const put = (token: string) => ({ headers: { authorization: `Bearer ${token}`, 'x-resoftai-check': 'kept' } })
    expect(await failuresOf(signed({}, put), options)).toEqual({})
    expect((await checksOf(sound, options)).map(check => check.name)).not.toContain(name)
  })

  test.each<[string, Partial<JwtSpec>, string]>([
    ['another algorithm', { algorithm: 'none' as 'HS256' }, 'sign: the algorithm "none" is neither HS256 nor RS256'],
    ['a key of its own', { key: 'secret' }, 'sign: the key "secret" is not the placeholder of a secret, or a part of it'],
    [
      'a key that is no secret',
      { key: '{{secret:other}}' },
      'sign: the key "{{secret:other}}" is not the placeholder of a secret, or a part of it'
    ],
    ['a header that is no JSON', { header: { at: new Date(0) } }, 'sign: header: at: expected'],
    ['claims that are no object', { claims: () => [] as never }, 'sign: claims: [] is no object'],
    ['claims that count', { claims: () => ({ jti: calls++ }) }, 'sign: claims: jti: expected'],
    ['an odd duration', { reuseMs: -1 }, 'sign: reuseMs is -1']
  ])('with %s is found', async (_, more, detail) => {
    expect((await failuresOf(signed(more), options))[name]).toContain(detail)
  })

  test.each<[string, (token: string) => object, string]>([
    ['the URL', token => ({ url: `https://sound.example/?t=${token}` }), 'a token is in the URL'],
    ['the body', token => ({ body: { token } }), 'a token is in the body'],
    ['half of a header', token => ({ headers: { authorization: token.slice(0, -1) } }), 'a token is cut in the header authorization']
  ])('in %s is found', async (_, put, detail) => {
    expect((await failuresOf(signed({}, put), options))['secrets stay in headers']).toContain(detail)
  })

  test.each<[string, object, string]>([
    [
      'a key in the address',
      { request: () => ({ url: 'https://sound.example/?k={{secret:api_key}}', headers: {} }) },
      'exchange: the secret api_key is in the URL'
    ],
    [
      'a request that cannot be sent',
      { request: () => ({ url: 'x', headers: {} }) },
      'exchange: the URL "x" is not an absolute http(s) URL'
    ],
    [
      'a request that counts',
      { request: () => ({ url: `https://sound.example/${calls++}`, headers: {} }) },
      'exchange: asked again: url: expected'
    ],
    ['another end', { request: () => ({ url: 'https://sound.example/', headers: {} }), expiresIn: 'soon' }, 'exchange: expiresIn is "soon"']
  ])('that the vendor gives for %s is found', async (_, exchange, detail) => {
    const exchanging = defineProvider<SoundConfig>({
      create(context) {
        context.exchange(exchange as never)
        return sound.create(context)
      }
    })
    expect((await failuresOf(exchanging, options))[name]).toContain(detail)
  })
})

describe('what else a dialect may be asked for', () => {
  const wire = { url: 'https://sound.example/v1/more', headers: {} }
  let calls = 0

  test.each<[string, Partial<Dialect>, string, string]>([
    ['cancels to nowhere', { cancel: () => ({ ...wire, url: 'stop' }) }, 'requests are well formed', 'cancel: the URL "stop"'],
    [
      'cancels what it does not know',
      { cancel: ({ id }) => ({ ...wire, url: `https://sound.example/${(id as string).trim()}` }) },
      'encode is pure',
      'cancel: it threw'
    ],
    [
      'counts while it counts tokens',
      { tokens: { encode: () => ({ ...wire, url: `${wire.url}/${calls++}` }), decode: () => 1 } },
      'encode is pure',
      '(tokens): wire.url: expected'
    ],
    ['counts no tokens', { tokens: { encode: () => wire, decode: () => -1 } }, 'survives junk (S11, S20)', 'tokens: -1 is no count'],
    [
      'embeds nothing',
      { embeddings: { encode: () => wire, decode: () => ({ model: 'm', vectors: [[NaN]], usage: {} }) } },
      'survives junk (S11, S20)',
      'are no embeddings'
    ],
    ['lists nameless models', { models: { encode: () => wire, decode: () => [{}] as never } }, 'survives junk (S11, S20)', 'is no model']
  ])('a dialect that %s is found', async (_, part, check, detail) => {
    const failures = await failuresOf(
      altered(() => part),
      soundOptions
    )
    expect(failures[check]).toContain(detail)
  })
})

test('a long stream is read often enough, and not too often', async () => {
  const events = 20_000
  const body = `${Array.from({ length: events }, () => 'data: {"say":"a"}\n\n').join('')}data: {"bye":"done"}\n\ndata: [DONE]\n\n`
  let read = 0
  const counting = altered(good => ({
    streamDecoder() {
      const decode = good.streamDecoder()
      return event => {
        read++
        return decode(event)
      }
    }
  }))
  expect(await failuresOf(counting, withFixtures({ name: 'long', body, expect: { finishReason: 'stop' } }))).toEqual({})
  expect(read / events).toBeGreaterThan(5)
  expect(read / events).toBeLessThan(200)
}, 60_000)
