import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { serveSimulator, type SimulatorService } from '../src/serve.ts'
import { contentOf, dataOf, post, readUntil } from './posting.ts'

describe('faults on the wire', () => {
  let service: SimulatorService
  let firstPiece: string

  beforeAll(async () => {
    service = await serveSimulator()
    firstPiece = contentOf((await readUntil(await post(service, { stream: true }))).text).slice(0, 8)
  })
  afterAll(() => service.close())

  const errors: readonly (readonly [name: string, status: number, code: string | null, retryAfter: string | null])[] = [
    ['auth', 401, 'invalid_api_key', null],
    ['permission', 403, null, null],
    ['not_found', 404, 'model_not_found', null],
    ['bad_request', 400, null, null],
    ['context_length', 400, 'context_length_exceeded', null],
    ['content_filter', 400, 'content_filter', null],
    ['rate_limit', 429, 'rate_limit_exceeded', '1'],
    ['quota', 429, 'insufficient_quota', null],
    ['overloaded', 503, 'server_is_overloaded', '1'],
    ['server', 500, null, null]
  ]

  describe.each([false, true])('with stream: %s', stream => {
    test.each(errors)('fault:%s is a %d', async (name, status, code, retryAfter) => {
      const response = await post(service, { model: `fault:${name}`, stream })
      expect({ status: response.status, retryAfter: response.headers.get('retry-after') }).toEqual({ status, retryAfter })
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(await response.json()).toEqual({
        error: { message: `Simulated fault: ${name}.`, type: expect.any(String), param: null, code }
      })
    })

    test('network breaks the connection without an answer', async () => {
      await expect(post(service, { model: 'fault:network', stream })).rejects.toThrow('fetch failed')
    })

    test('timeout never answers', async () => {
      await expect(post(service, { model: 'fault:timeout', stream }, AbortSignal.timeout(100))).rejects.toMatchObject({
        name: 'TimeoutError'
      })
    })

    test('html is a page with status 200', async () => {
      const response = await post(service, { model: 'fault:html', stream })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(await response.text()).toContain('<title>Sign in</title>')
    })
  })

  describe('in a stream', () => {
    const read = async (body: object, patienceMs?: number): ReturnType<typeof readUntil> => {
      const response = await post(service, { stream: true, ...body })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toContain('text/event-stream')
      return await readUntil(response, patienceMs)
    }

    test.each([
      ['truncated', 'end'],
      ['cut', 'broken'],
      ['reset', 'broken'],
      ['garbage', 'end']
    ])('%s: after a piece the body is at its %s', async (name, ending) => {
      const { text, ...rest } = await read({ model: `fault:${name}` })
      expect(rest.ending).toBe(ending)
      expect(contentOf(text)).toBe(firstPiece)
      expect(text).not.toContain('[DONE]')
      expect(text).not.toContain('"finish_reason":"')
    })

    test('garbage is JSON that is not whole', async () => {
      const { text } = await read({ model: 'fault:garbage' })
      expect(() => JSON.parse(dataOf(`${text}\n\n`).at(-1) ?? '')).toThrow(SyntaxError)
    })

    test('stall: after a piece nothing comes any more', async () => {
      const { text, ending } = await read({ model: 'fault:stall' }, 100)
      expect({ ending, content: contentOf(text) }).toEqual({ ending: 'open', content: firstPiece })
    })

    test('comments: bytes go on coming, but no events', async () => {
      const { text, ending } = await read({ model: 'fault:comments' }, 800)
      expect({ ending, content: contentOf(text) }).toEqual({ ending: 'open', content: firstPiece })
      expect(text.split(': ping').length - 1).toBeGreaterThan(1)
    })

    test('empty_deltas: events go on coming, but say nothing', async () => {
      const { text, ending } = await read({ model: 'fault:empty_deltas' }, 800)
      expect({ ending, content: contentOf(text) }).toEqual({ ending: 'open', content: firstPiece })
      expect(text.split('"delta":{}').length - 1).toBeGreaterThan(1)
    })

    test('no_done: everything is there but the end mark', async () => {
      const { text, ending } = await read({ model: 'fault:no_done' })
      expect(ending).toBe('end')
      expect(text).toContain('"finish_reason":"stop"')
      expect(text).not.toContain('[DONE]')
    })

    test('slow: everything is there, a piece at a time', async () => {
      const started = performance.now()
      const { text } = await read({ model: 'fault:slow', simulator: { text: 'abc', chunkSize: 1 } })
      expect(contentOf(text)).toBe('abc')
      expect(dataOf(text).at(-1)).toBe('[DONE]')
      expect(performance.now() - started).toBeGreaterThan(290)
    })

    test('an error after some text comes as an event, and nothing behind it', async () => {
      const { text, ending } = await read({ simulator: { text: 'abcd', chunkSize: 1, fault: 'overloaded', faultAfter: 2 } })
      expect(ending).toBe('end')
      expect(contentOf(text)).toBe('ab')
      expect(JSON.parse(dataOf(text).at(-1) ?? '')).toMatchObject({ error: { code: 'server_is_overloaded' } })
    })

    test.each(['network', 'reset', 'cut'])('%s after some text breaks the connection there', async fault => {
      const { text, ending } = await read({ simulator: { text: 'abcd', chunkSize: 1, fault, faultAfter: 2 } })
      expect({ ending, content: contentOf(text) }).toEqual({ ending: 'broken', content: 'ab' })
    })
  })

  describe('in a whole reply', () => {
    test.each(['cut', 'reset', 'truncated'])('%s: the body breaks half-way', async name => {
      const { text, ending } = await readUntil(await post(service, { model: `fault:${name}` }))
      expect(ending).toBe('broken')
      expect(text).toMatch(/^\{"id":"sim-/)
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    })

    test('garbage: the body ends properly, but the JSON does not', async () => {
      const { text, ending } = await readUntil(await post(service, { model: 'fault:garbage' }))
      expect(ending).toBe('end')
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    })

    test.each(['stall', 'comments', 'empty_deltas'])('%s: the body never comes', async name => {
      const response = await post(service, { model: `fault:${name}` })
      expect(await readUntil(response, 100)).toEqual({ text: '', ending: 'open' })
    })

    test.each(['no_done', 'slow'])('%s spoils nothing', async name => {
      const response = await post(service, { model: `fault:${name}`, simulator: { text: 'Hi' } })
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })
    })
  })

  test('the service answers after all that', async () => {
    expect(await (await post(service, { simulator: { text: 'Still here.' } })).json()).toMatchObject({
      choices: [{ message: { content: 'Still here.' } }]
    })
  })
})
