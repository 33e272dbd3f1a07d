import { expect, test } from '@jest/globals'
import { serve } from './serve.ts'

test('with no provider configured the simulator answers', async () => {
  await using served = await serve()
  const answer = await served.ask('POST', '/api/chat', { key: served.client, body: { message: 'Hello?' } })
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    expect.objectContaining({ model: 'canned', message: { role: 'assistant', content: expect.stringMatching(/./) } })
  ])
  const { conversations } = (await served.ask('GET', '/api/conversations', { key: served.client })).json<{ conversations: object[] }>()
  expect(conversations).toMatchObject([{ title: 'Hello?', message_count: 2 }])
})

test('without a store of conversations there is no chat backend', async () => {
  await using served = await serve()
  const { createGateway } = await import('../src/index.ts')
  const gateway = createGateway({ host: served.host, keys: served.storage.keys })
  const answer = await gateway.app.inject({
    method: 'GET',
    url: '/api/conversations',
    headers: { authorization: `Bearer ${served.client}` }
  })
  expect(answer.statusCode).toBe(404)
  await gateway.close(0)
})
