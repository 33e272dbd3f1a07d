import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { serveSimulator, type SimulatorService } from '../src/serve.ts'
import { post } from './posting.ts'

describe('the service', () => {
  let service: SimulatorService

  beforeAll(async () => {
    service = await serveSimulator()
  })
  afterAll(() => service.close())

  const ask = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'Hi' }] })
  const send = (path: string, body?: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(service.url + path, { ...(body !== undefined && { method: 'POST', body }), headers })

  test('listens on this machine only, unless it is told otherwise', () => {
    expect(service.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  test.each(['/v1/chat/completions', '/chat/completions', '/v1/chat/completions?api-version=1'])('answers at %s', async path => {
    expect((await send(path, ask)).status).toBe(200)
  })

  test.each([{}, { authorization: 'Bearer any-key-000' }, { authorization: 'nonsense' }, { 'api-key': '' }])(
    'takes any key: %j',
    async headers => {
      expect((await send('/v1/chat/completions', ask, headers)).status).toBe(200)
      expect((await send('/v1/models', undefined, headers)).status).toBe(200)
    }
  )

  test.each(['', '{', 'null', '[]', '"text"', '{}', '{"messages":"Hi"}', '{"messages":[null]}', '{"messages":[{"role":"robot"}]}', '[1,2'])(
    'a chat body that is no chat request is a 400: %s',
    async body => {
      const response = await send('/v1/chat/completions', body)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        error: { message: expect.any(String), type: 'invalid_request_error', param: null, code: null }
      })
    }
  )

  test.each(['{', '[]', '{"model":"m"}', '{"input":[1,2]}', '{"input":"a","dimensions":0}', '{"input":"a","dimensions":1e9}'])(
    'an embeddings body that cannot be is a 400: %s',
    async body => {
      const response = await send('/v1/embeddings', body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    }
  )

  test('wrong directives are a 400 that says why', async () => {
    const response = await post(service, { simulator: { chunkSize: 0, colour: 'red' }, stream: true })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(/"chunkSize" must be .*"colour"/) } })
  })

  test('an unknown fault is a 404 that lists the known ones', async () => {
    const response = await post(service, { model: 'fault:fire' })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', message: expect.stringContaining('rate_limit') } })
  })

  test.each<[string, string | undefined]>([
    ['/', undefined],
    ['/v1', undefined],
    ['/v1/chat/completions', undefined],
    ['/v1/models', '{}'],
    ['/v1/v1/models', undefined],
    ['/v2/models', undefined],
    ['/v1/models/echo/', undefined],
    ['/v1/constructor', undefined]
  ])('an unknown path is a 404 that names what there is: %s', async (path, body) => {
    const response = await send(path, body)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('POST /chat/completions') } })
  })

  test('equal requests get equal bytes', async () => {
    const read = async (stream: boolean): Promise<string> => await (await post(service, { model: 'reasoning', stream })).text()
    expect(await read(true)).toBe(await read(true))
    expect(await read(false)).toBe(await read(false))
  })

  test('many clients at once get their own answers', async () => {
    const questions = Array.from({ length: 50 }, (_, index) => `question ${index}`)
    const answers = await Promise.all(
      questions.map(async content => {
        const response = await post(service, { model: 'echo', messages: [{ role: 'user', content }] })
        const { choices } = (await response.json()) as { choices: readonly { message: { content: string } }[] }
        return choices[0]?.message.content
      })
    )
    expect(answers).toEqual(questions.map(question => `[simulator] ${question}`))
  })

  test('closing ends stalled answers and frees the port', async () => {
    const other = await serveSimulator()
    const pending = post(other, { model: 'fault:timeout' })
    await post(other, {})
    await other.close()
    await expect(pending).rejects.toThrow('fetch failed')
    const again = await serveSimulator({ port: Number(new URL(other.url).port) })
    expect(again.url).toBe(other.url)
    await again.close()
  })

  test('a port that is taken is an error', async () => {
    await expect(serveSimulator({ port: Number(new URL(service.url).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
