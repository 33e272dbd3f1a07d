import { describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  cut,
  end,
  fakeService,
  flood,
  json,
  raw,
  reset,
  sse,
  text,
  wait,
  write,
  type Answer,
  type FakeService
} from '@resoftai/sdk/testing'
import { completion, failureOf, finished, question, readAll, said, vendorError, withVendor } from './support.ts'

const once = { settings: { max_retries: 1, retry: { base_delay: 0.05 } } }
const never = { settings: { max_retries: 0 } }
const good = json(completion('Hello'))
const goodStream = sse([said('Hel'), said('lo'), finished()])
const eventStream = { 'content-type': 'text/event-stream' }

/** A status line and headers, as they go over the wire. */
const head = (...fields: readonly string[]) => ['HTTP/1.1 200 OK', ...fields, '', ''].join('\r\n')
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`

describe('a connection that breaks before anything was delivered', () => {
  test.each<[string, Answer]>([
    ['N09 a reset before any response byte', raw(reset)],
    ['N10 a reset in the middle of the headers', raw('HTTP/1.1 200 OK\r\nConte', wait(20), reset)],
    [
      'N11 a reset in the middle of a JSON body',
      raw(head('content-type: application/json', 'content-length: 500'), JSON.stringify(completion('Hel')).slice(0, 60), wait(20), reset)
    ]
  ])('%s is repeated, whole and as a stream', async (_name, broken) => {
    await using whole = await withVendor([broken, good], once)
    const reply = await whole.provider.chat(question)
    expect(reply.content).toBe('Hello')
    expect(reply.attempts).toEqual([
      expect.objectContaining({ kind: 'network', code: 'reset' }),
      expect.objectContaining({ phase: 'done' })
    ])
    expect(whole.service.requests).toHaveLength(2)

    await using stream = await withVendor([broken, goodStream], once)
    const { text: content, error } = await readAll(stream.provider.stream(question))
    expect({ content, error, requests: stream.service.requests.length }).toEqual({ content: 'Hello', error: undefined, requests: 2 })
  })

  test('N11 half a JSON body is never an answer, however it ends', async () => {
    const half = JSON.stringify(completion('Hel')).slice(0, 60)
    const json500 = head('content-type: application/json', 'content-length: 500')
    for (const last of [reset, cut]) {
      await using vendor = await withVendor(raw(json500, half, wait(20), last), never)
      const error = await failureOf(vendor.provider.chat(question))
      expect(error).toMatchObject({ kind: last === reset ? 'network' : 'truncated', retryable: true })
      expect(error.partial).toBeUndefined()
    }
  })

  test('N27 truncated JSON with a clean end is a protocol error and is repeated', async () => {
    const half = JSON.stringify(completion('Hello')).slice(0, 60)
    const broken: Answer = { headers: { 'content-type': 'application/json' }, steps: [write(half)] }
    await using vendor = await withVendor([broken, good], once)
    expect((await vendor.provider.chat(question)).content).toBe('Hello')
    expect(vendor.service.requests).toHaveLength(2)

    await using still = await withVendor(broken, once)
    expect(await failureOf(still.provider.chat(question))).toMatchObject({ kind: 'protocol', code: 'unreadable', status: 200 })
    expect(still.service.requests).toHaveLength(2)
  })

  test.each<[string, Answer]>([
    ['JSON', raw(head('content-type: application/json', 'content-length: 5000'), JSON.stringify(completion('Hello')))],
    ['a stream', raw(head('content-type: text/event-stream', 'content-length: 5000'), event({ id: 'c1', choices: [] }))]
  ])('N28 a body shorter than its content-length is truncated, and repeated (%s)', async (_name, broken) => {
    await using vendor = await withVendor([broken, goodStream], once)
    const { text: content, error } = await readAll(vendor.provider.stream(question))
    expect({ content, error }).toEqual({ content: 'Hello', error: undefined })

    await using still = await withVendor(broken, never)
    expect(await failureOf(still.provider.chat(question))).toMatchObject({ kind: 'truncated' })
  })
})

describe('a stream that breaks after text was delivered', () => {
  const broken: readonly [string, Answer, object][] = [
    ['N12 a reset in the middle of a stream', sse([said('Hel'), wait(30), reset]), { kind: 'network', code: 'reset' }],
    ['N13 a stream that is closed without its end', sse([said('Hel'), wait(10), cut]), { kind: 'truncated', code: 'closed' }],
    [
      'N13 a body that ends properly without a reason or end mark',
      sse([said('Hel')], { done: false }),
      { kind: 'truncated', code: 'no_finish' }
    ],
    [
      'N14 a close in the middle of an event',
      sse([said('Hel'), write(event(said('lo')).slice(0, -9)), wait(10), cut]),
      { kind: 'truncated', code: 'closed' }
    ],
    [
      'N14 a proper end in the middle of an event',
      sse([said('Hel'), write(event(said('lo')).slice(0, -9)), end], { done: false }),
      { kind: 'truncated', code: 'no_finish' }
    ],
    [
      'N28 a stream shorter than its content-length',
      raw(head('content-type: text/event-stream', 'content-length: 5000'), event(said('Hel'))),
      { kind: 'truncated' }
    ]
  ]
  test.each(broken)('%s is an error with what had arrived, and is not repeated', async (_name, answer, expected) => {
    await using vendor = await withVendor(answer)
    const { events, text: content, error } = await readAll(vendor.provider.stream(question))
    expect(content).toBe('Hel')
    expect(error).toMatchObject({ ...expected, partial: 'Hel', provider: 'vendor', model: 'm1' })
    expect(error?.attempts).toEqual([expect.objectContaining({ phase: 'body', ...expected })])
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
    expect(vendor.service.requests).toHaveLength(1)
  })

  test.each(broken)('%s is no reply for who asked for a whole one either', async (_name, answer, expected) => {
    await using vendor = await withVendor(answer, never)
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ ...expected, partial: 'Hel' })
  })
})

describe('a stream with an unusual end', () => {
  test.each<[string, Answer]>([
    ['ends', sse([said('Hello'), finished()], { done: false })],
    ['is closed', sse([said('Hello'), finished(), wait(10), cut])],
    ['is reset', sse([said('Hello'), finished(), wait(30), reset])],
    ['has half an event behind it', sse([said('Hello'), finished(), write('data: {"usage"')], { done: false })]
  ])('N15 a reason to finish without an end mark is a whole reply (the body %s)', async (_name, answer) => {
    await using vendor = await withVendor(answer, never)
    const { events, text: content, error } = await readAll(vendor.provider.stream(question))
    expect({ content, error, last: events.at(-1) }).toEqual({
      content: 'Hello',
      error: undefined,
      last: { type: 'finish', reason: 'stop' }
    })
  })

  test('N16 an end mark without a reason finishes as unknown, with a warning', async () => {
    await using vendor = await withVendor(sse([said('Hello')]), never)
    const { events, text: content, error } = await readAll(vendor.provider.stream(question))
    expect({ content, error }).toEqual({ content: 'Hello', error: undefined })
    expect(events).toContainEqual({ type: 'warning', message: expect.stringContaining('without a reason') })
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'unknown' })
  })

  test.each<[string, Answer]>([
    ['nothing at all', sse([], { done: false })],
    ['nothing but comments', sse([write(': hello\n\n: there\n\n')], { done: false })],
    ['nothing but the end mark', sse([])],
    ['half a field name', sse([write('dat')], { done: false })],
    ['no content type either', raw(head('content-length: 0'))]
  ])('N17 an empty stream is an error and is repeated (%s)', async (_name, empty) => {
    await using vendor = await withVendor([empty, goodStream], once)
    const { text: content, error } = await readAll(vendor.provider.stream(question))
    expect({ content, error, requests: vendor.service.requests.length }).toEqual({ content: 'Hello', error: undefined, requests: 2 })

    await using still = await withVendor(empty, never)
    const failure = await failureOf(still.provider.chat(question))
    expect(['protocol', 'truncated']).toContain(failure.kind)
  })
})

describe('a body that is something else', () => {
  const page = `<!doctype html><html><head><title>Sign in</title></head><body>\n${'<p>data: please \u001b[31msign in</p>\n'.repeat(500)}</body></html>`

  test.each(['text/html', 'text/event-stream', 'application/json'])(
    'N30 a web page with status 200 says to check api_base (%s)',
    async type => {
      await using vendor = await withVendor(text(page, { headers: { 'content-type': type } }))
      const streamed = await readAll(vendor.provider.stream(question))
      const failure = await failureOf(vendor.provider.chat(question))
      for (const error of [streamed.error, failure]) {
        expect(error).toMatchObject({ kind: 'protocol', code: 'html', status: 200, retryable: false })
        expect(error?.message).toContain(`200 (${type})`)
        expect(error?.message.length).toBeLessThan(300)
        expect(error?.hint).toContain('api_base')
      }
      expect(vendor.service.requests).toHaveLength(2)
    }
  )

  test('N30 a text with status 200 is shown in part and without control characters', async () => {
    await using vendor = await withVendor(text(`Down for \u001b[31mmaintenance ${'x'.repeat(5000)}`), never)
    const { error } = await readAll(vendor.provider.stream(question))
    expect(error).toMatchObject({ kind: 'protocol', status: 200 })
    expect(error?.message).toContain('Down for \ufffd[31mmaintenance')
    expect(error?.message.length).toBeLessThan(300)
  })

  test('N31 the page of a gateway with status 502 is a server error, repeated, and not quoted', async () => {
    const broken = text(page, { status: 502, headers: { 'content-type': 'text/html' } })
    await using vendor = await withVendor([broken, goodStream], once)
    expect((await readAll(vendor.provider.stream(question))).text).toBe('Hello')

    await using still = await withVendor(broken, never)
    const error = await failureOf(still.provider.chat(question))
    expect(error).toMatchObject({ kind: 'server', status: 502, retryable: true })
    expect(error.message).not.toContain('<')
    expect(error.message.length).toBeLessThan(300)
  })

  test('N32 JSON that answers a stream is read as the reply it is', async () => {
    await using vendor = await withVendor(good, never)
    const { events, text: content } = await readAll(vendor.provider.stream(question))
    expect(content).toBe('Hello')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(events).toContainEqual({ type: 'usage', usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 } })
  })

  test('N32 JSON without a reply is an error, never an empty success', async () => {
    for (const body of ['{}', '[]', 'null', '"Hello"', '{"choices":[]}', '{"choices":null}', '{"object":"list","data":[]}']) {
      await using vendor = await withVendor(text(body, { headers: { 'content-type': 'application/json' } }), never)
      const { events, error } = await readAll(vendor.provider.stream(question))
      expect({ body, kind: error?.kind, events }).toEqual({ body, kind: 'protocol', events: [] })
    }
  })

  test('N33 a stream that answers a whole call is put together', async () => {
    await using vendor = await withVendor(goodStream, never)
    expect(await vendor.provider.chat(question)).toMatchObject({ content: 'Hello', finishReason: 'stop' })
  })

  const errorBodies: readonly [string, object, object][] = [
    ['{"code":4101}', { code: 4101, msg: 'The token is wrong.' }, { vendorCode: '4101', message: 'The token is wrong.' }],
    ['{"error":{}}', { error: {} }, { message: expect.stringContaining('error') }],
    ['{"error":{"code":…}}', vendorError('No money.', { code: 'insufficient_quota' }), { kind: 'quota', message: 'No money.' }],
    ['{"success":false}', { success: false }, { message: expect.stringContaining('error') }],
    ['{"success":false,"msg":…}', { success: false, msg: 'Try later.' }, { message: 'Try later.' }]
  ]
  test.each(errorBodies)('N34 %s with status 200 is an error, never an empty text', async (_name, body, expected) => {
    const labels = [
      json(body),
      json(body, { headers: eventStream }),
      json(body, { headers: { 'content-type': 'text/plain' } }),
      sse([body])
    ]
    for (const answer of labels) {
      await using vendor = await withVendor(answer, never)
      const { events, error } = await readAll(vendor.provider.stream(question))
      expect(error).toMatchObject(expected)
      expect(events).toEqual([])
      expect(await failureOf(vendor.provider.chat(question))).toMatchObject(expected)
    }
  })

  test.each(['text/event-stream; charset=iso-8859-1', 'text/event-stream;charset=utf-16', 'application/octet-stream', undefined])(
    'N35 text is read as UTF-8 whatever the content type says (%s)',
    async type => {
      const body = [said('你好'), said(' 😀'), finished()].map(event).join('')
      const fields = type === undefined ? [] : [`content-type: ${type}`]
      await using vendor = await withVendor(raw(head(...fields, 'connection: close'), body), never)
      expect(await readAll(vendor.provider.stream(question))).toMatchObject({ text: '你好 😀', error: undefined })
    }
  )

  test.each(['application/json; charset=iso-8859-1', 'text/plain', undefined])('N35 so is a whole reply (%s)', async type => {
    const fields = type === undefined ? [] : [`content-type: ${type}`]
    await using vendor = await withVendor(raw(head(...fields, 'connection: close'), JSON.stringify(completion('你好 😀'))), never)
    expect((await vendor.provider.chat(question)).content).toBe('你好 😀')
    expect((await readAll(vendor.provider.stream(question))).text).toBe('你好 😀')
  })
})

interface Measured {
  readonly failure?: object
  readonly characters: number
  /** How often the event loop came round to a timer of 10 ms. */
  readonly turns: number
  readonly durationMs: number
  /** The peak, over that of a short stream. */
  readonly grownMb: number
}

/** Reads a short stream and then the one of `service` in another process. */
async function measure(service: FakeService): Promise<Measured> {
  const script = fileURLToPath(new URL('./measure-stream.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', script, service.url])
  return JSON.parse(stdout) as Measured
}

describe('a stream without measure', () => {
  const megabyte = 1024 * 1024
  test.each([
    ['data', 'data: ', 'x'],
    ['text outside of ASCII', 'data: ', '好'],
    ['a comment', ': ', 'x'],
    ['no field at all', '', 'x']
  ])('N39 one line of 200 MB is too large, closes the connection and does not fill the memory (%s)', async (_name, begin, part) => {
    const piece = Buffer.from(part.repeat(Math.floor((64 * 1024) / Buffer.byteLength(part))))
    const endless = sse([said('Hello'), write(begin), flood(piece, (200 * megabyte) / (64 * 1024))], { done: false })
    await using service = await fakeService([goodStream, endless])
    const { failure, grownMb } = await measure(service)
    expect(failure).toEqual({ kind: 'protocol', code: 'too_large', retryable: false })
    expect(await service.requests[1]?.closedEarly).toBe(true)
    expect(grownMb).toBeLessThan(64)
  })

  test('N40 a burst of tiny events is read, the event loop keeps turning and the memory stays flat', async () => {
    const burst = 1000
    const times = process.env['FAULTS'] === 'long' ? 1000 : 100
    const many = sse([flood(event(said('x')).repeat(burst), times), finished()])
    await using service = await fakeService([goodStream, many])
    const { failure, characters, turns, durationMs, grownMb } = await measure(service)
    expect({ failure, characters }).toEqual({ failure: undefined, characters: burst * times })
    expect(durationMs / turns).toBeLessThan(200)
    expect(grownMb).toBeLessThan(64)
  })
})
