import { expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { question, serve } from './serve.ts'

test('every request is one line: who asked what, and how it ended', async () => {
  await using served = await serve()
  const { client, ask, lines } = served
  const { headers } = await ask('POST', '/v1/chat/completions', { key: client, body: question })
  await ask('POST', '/v1/chat/completions', { key: client, body: { ...question, stream: true } })
  await ask('GET', '/v1/models/simulator%2Fcanned', {})
  expect(lines).toMatchObject([
    {
      level: 'info',
      message: 'request',
      requestId: headers['x-resoftai-request-id'],
      route: '/v1/chat/completions',
      method: 'POST',
      status: 200,
      key: 'ann',
      provider: 'simulator',
      model: 'canned'
    },
    { status: 200, key: 'ann', provider: 'simulator', model: 'canned' },
    { level: 'info', route: '/v1/models/*', status: 401 }
  ])
})

test('no line has a body, a key or an address as it was written, wherever they were put', async () => {
  await using served = await serve()
  const { client, ask, lines } = served
  const places = [
    ask('POST', `/v1/chat/completions?key=${client}`, { key: client, body: question }),
    ask('POST', '/v1/chat/completions', { key: client, body: { ...question, model: client } }),
    ask('POST', '/v1/chat/completions', { key: client, body: { ...question, model: `simulator/${client}` } }),
    ask('POST', '/v1/chat/completions', { key: client, body: { ...question, model: { name: client } } }),
    ask('GET', `/v1/models/${client}`, { key: client }),
    ask('GET', `/${client}`, { headers: { 'x-api-key': client, 'user-agent': client } }),
    ask('GET', '/admin/keys', { key: `${client}x` })
  ]
  await Promise.all(places)
  expect(lines).toHaveLength(places.length)
  const written = JSON.stringify(lines)
  // What was refused may be anything.
  expect(lines.filter(({ status }) => status !== 200).every(({ model }) => model === undefined)).toBe(true)
  expect(written).not.toContain(client)
  expect(written).not.toContain('canary-of-a-prompt')
  expect(lines.every(({ level }) => level === 'info')).toBe(true)
})

test('a key in the place of a model is not told, even where a vendor takes it for one', async () => {
  const vendor = createServer((_request, response) => {
    const message = { role: 'assistant', content: 'Yes.' }
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({ id: '1', object: 'chat.completion', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] })
    )
  })
  await once(vendor.listen(0, '127.0.0.1'), 'listening')
  const { port } = vendor.address() as AddressInfo
  await using served = await serve({
    providers: { office: { plugin: 'openai-compatible', api_base: `http://127.0.0.1:${port}/v1`, api_key: 'none' } }
  })
  const { statusCode } = await served.ask('POST', '/v1/chat/completions', {
    key: served.client,
    body: { ...question, model: `office/${served.client}` }
  })
  vendor.close()
  expect(statusCode).toBe(200)
  expect(served.lines).toMatchObject([{ status: 200, provider: 'office', model: 'rk-…' }])
})

test.each(['/v1/models', '/v1/messages'])(
  'a failure at %s that is not the client’s is told in the log, and not to the client',
  async url => {
    await using served = await serve()
    const { client, ask, lines, storage } = served
    await storage.close()
    const { statusCode, headers, body } = await ask(url === '/v1/models' ? 'GET' : 'POST', url, { key: client })
    expect([statusCode, body]).toEqual([503, expect.not.stringMatching(/closed/i)])
    const requestId = headers['x-resoftai-request-id']
    expect(lines).toMatchObject([
      { level: 'error', message: 'A request failed.', requestId },
      { level: 'info', message: 'request', requestId, status: 503 }
    ])
    expect(JSON.stringify(lines[0])).toMatch(/closed/i)
  }
)
