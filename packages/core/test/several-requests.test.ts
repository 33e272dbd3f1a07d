import { describe, expect, test } from '@jest/globals'
import { collect, type ChatEvent, type Dialect, type FollowUp } from '@resoftai/sdk'
import { cut, fakeService, json, raw, reset, sse, stall, write, type Answer, type ReceivedRequest } from '@resoftai/sdk/testing'
import { simpleDialect } from './simple-dialect.ts'
import { start, type TestSettings } from './started.ts'

const ask = { messages: [{ role: 'user' as const, content: 'hello' }] }

/** A vendor that takes a job, is asked whether it is done, and told when nobody waits for it. */
function jobDialect(base: string): Dialect {
  const simple = simpleDialect(base)
  const poll = (job: string): FollowUp => ({
    next: { url: `${base}/jobs/${job}`, headers: { authorization: 'Bearer {{secret:api_key}}' } },
    afterMs: 1,
    events: [{ type: 'provider_data', data: { job } }],
    decode: body => ('job' in (body as object) ? poll(job) : simple.decode!(body))
  })
  const decode = (body: unknown) => {
    const { job } = body as { readonly job?: string }
    return job === undefined ? (simple.decode!(body) as Iterable<ChatEvent>) : poll(job)
  }
  return {
    ...simple,
    streamDecoder: () => event => {
      const part = JSON.parse(event.data) as { readonly job?: string }
      if (part.job !== undefined) return [{ type: 'provider_data', data: { job: part.job } }]
      return simple.streamDecoder()(event)
    },
    decode,
    cancel: ({ job }) => ({ url: `${base}/cancel`, headers: { authorization: 'Bearer {{secret:api_key}}' }, body: { job } }),
    tokens: {
      encode: request => ({ url: `${base}/count`, headers: {}, body: { messages: request.messages } }),
      decode: body => (body as { readonly count: number }).count
    }
  }
}

async function serve(respond: (request: ReceivedRequest, number: number) => Answer, settings?: TestSettings) {
  let polls = 0
  const service = await fakeService(request => respond(request, request.path.startsWith('/jobs/') ? ++polls : 0))
  const started = start(jobDialect(service.url), service.url, settings)
  return {
    ...started,
    service,
    paths: () => service.requests.map(({ path }) => path),
    /** Until the vendor has been told what was left. */
    farewells: () => Promise.all(started.provider.farewells),
    async [Symbol.asyncDispose]() {
      await started.transport.close()
      await service.close()
    }
  }
}

const working = json({ job: 'j1' })
const hello = json({ text: 'Hello', end: 'stop' })

describe('a whole reply that takes several requests', () => {
  test('is asked for until it is there', async () => {
    await using host = await serve(({ path }, poll) => (path === '/jobs/j1' && poll === 3 ? hello : working))
    const reply = await host.client.chat(ask)
    expect(reply).toMatchObject({ content: 'Hello', finishReason: 'stop', message: { providerData: { job: 'j1' } } })
    expect(host.paths()).toEqual(['/chat', '/jobs/j1', '/jobs/j1', '/jobs/j1'])
    expect(reply.attempts).toHaveLength(1)
    await host.farewells()
    expect(host.paths()).not.toContain('/cancel')
  })

  test('may take longer than a silent vendor, as each answer is a sign of life', async () => {
    await using host = await serve(({ path }, poll) => (path === '/jobs/j1' && poll === 100 ? hello : working), { stallTimeoutMs: 100 })
    expect((await host.client.chat(ask)).content).toBe('Hello')
  })

  test('asks again where the way failed, and does not begin anew', async () => {
    await using host = await serve(({ path }, poll) => (path === '/chat' ? working : poll === 1 ? raw(reset) : hello))
    expect((await host.client.chat(ask)).content).toBe('Hello')
    expect(host.paths().filter(path => path === '/chat')).toHaveLength(1)
  })

  test('that is lost for good is not begun anew, and says what failed', async () => {
    await using host = await serve(({ path }) => (path === '/chat' ? working : json({}, { status: 503 })))
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'overloaded', retryable: false })
    expect(host.paths().filter(path => path === '/chat')).toHaveLength(1)
    expect(host.paths().filter(path => path === '/jobs/j1')).toHaveLength(3)
  })

  test('that the vendor itself failed is begun anew', async () => {
    let jobs = 0
    await using host = await serve(({ path }) => (path === '/chat' ? (jobs++, working) : jobs === 1 ? json({ error: 'server' }) : hello))
    expect((await host.client.chat(ask)).content).toBe('Hello')
    expect(jobs).toBe(2)
  })

  test('ends with the deadline of the call', async () => {
    await using host = await serve(() => working, { deadlineMs: 200 })
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'timeout', code: 'total' })
  })

  test('ends when it never comes', async () => {
    await using host = await serve(() => working, { deadlineMs: 60_000 })
    await expect(host.client.chat(ask)).rejects.toMatchObject({ kind: 'protocol', code: 'endless' })
  }, 60_000)
})

async function readAll(events: AsyncIterable<ChatEvent>): Promise<void> {
  try {
    await collect(events)
  } catch {
    // How it ends is not what these tests are about.
  }
}

describe('a reply that is left', () => {
  const left = (host: { readonly service: { readonly requests: readonly ReceivedRequest[] } }) =>
    host.service.requests.filter(({ path }) => path === '/cancel').map(({ json: body }) => body)

  test('is told to the vendor when the reader of a stream leaves', async () => {
    await using host = await serve(({ path }) => (path === '/cancel' ? json({}) : sse([{ job: 'j2' }, { text: 'Hel' }, stall])))
    for await (const event of host.client.stream(ask)) if (event.type === 'text') break
    await host.farewells()
    expect(left(host)).toEqual([{ job: 'j2' }])
    expect(host.service.requests.at(-1)?.headers['authorization']).toMatch(/^Bearer sk-canary/)
  })

  test('is told when a call is cancelled between two requests', async () => {
    const controller = new AbortController()
    await using host = await serve((_request, poll) => {
      if (poll === 2) controller.abort()
      return working
    })
    await expect(host.client.chat(ask, { signal: controller.signal })).rejects.toMatchObject({ kind: 'cancelled' })
    await host.farewells()
    expect(left(host)).toEqual([{ job: 'j1' }])
  })

  test('is told when the stream breaks or stalls', async () => {
    const part = write('data: {"job":"j3"}\n\ndata: {"text":"Hel"}\n\n')
    for (const ending of [cut, stall]) {
      await using host = await serve(({ path }) => (path === '/cancel' ? json({}) : sse([part, ending])), {
        stallTimeoutMs: 50,
        maxRetries: 0
      })
      await readAll(host.client.stream(ask))
      await host.farewells()
      expect(left(host)).toContainEqual({ job: 'j3' })
    }
  })

  test('is not told when the vendor ended it, well or not', async () => {
    for (const end of [{ end: 'stop' }, { error: 'server' }]) {
      await using host = await serve(() => sse([{ job: 'j4' }, { text: 'Hel' }, end]), { maxRetries: 0 })
      await readAll(host.client.stream(ask))
      await host.farewells()
      expect(left(host)).toEqual([])
    }
  })

  test('costs the reader nothing when the vendor does not listen', async () => {
    await using host = await serve(({ path }) =>
      path === '/cancel' ? json({}, { status: 500 }) : sse([{ job: 'j5' }, { text: 'Hel' }, stall])
    )
    for await (const event of host.client.stream(ask)) if (event.type === 'text') break
    await host.farewells()
    expect(left(host)).toHaveLength(1)
    expect(host.provider.farewells.size).toBe(0)
  })
})

describe('what a vendor cannot do', () => {
  test('is changed with a warning on the reply and in the log', async () => {
    await using host = await serve(() => hello)
    expect((await host.client.chat({ ...ask, seed: 1 })).warnings).toEqual(['seed is not supported'])
    expect(host.lines.join('')).toContain('"changes":["seed is not supported"]')
  })

  test.each([
    ['by the call', { strict: true }, {}],
    ['by configuration', {}, { strict: true }]
  ])('is refused when strictness is asked for %s, before anything is sent', async (_how, options, settings) => {
    await using host = await serve(() => hello, settings)
    await expect(host.client.chat({ ...ask, seed: 1 }, options)).rejects.toMatchObject({
      kind: 'bad_request',
      code: 'strict',
      message: 'The request cannot be sent as it is: seed is not supported'
    })
    expect(host.service.requests).toHaveLength(0)
    expect((await host.client.chat(ask, options)).content).toBe('Hello')
  })

  test('may be changed for one call of a strict provider', async () => {
    await using host = await serve(() => hello, { strict: true })
    expect((await host.client.chat({ ...ask, seed: 1 }, { strict: false })).content).toBe('Hello')
  })
})

describe('counting tokens', () => {
  test('asks the vendor', async () => {
    await using host = await serve(() => json({ count: 42 }))
    expect(await host.client.countTokens(ask)).toBe(42)
    expect(host.service.requests[0]?.json).toEqual({ messages: ask.messages })
  })

  test('says so where a vendor cannot', async () => {
    const service = await fakeService(hello)
    await using host = start(simpleDialect(service.url), service.url)
    await expect(host.client.countTokens(ask)).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('counts tokens') })
    await service.close()
  })
})
