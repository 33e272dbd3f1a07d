import { expect, test } from '@jest/globals'
import { question, serve } from './serve.ts'

test('young garbage is collected once for some megabytes of bodies, and not for the words of a chat', async () => {
  let collections = 0
  await using served = await serve({ collectYoung: () => collections++ })
  const send = async (content: string) => {
    const body = { ...question, messages: [{ role: 'user', content }] }
    expect((await served.ask('POST', '/v1/chat/completions', { key: served.client, body })).statusCode).toBe(200)
  }
  const megabyte = 'river '.repeat(2 ** 20 / 6)
  for (let bodies = 0; bodies < 3; bodies++) await send(megabyte)
  for (let bodies = 0; bodies < 50; bodies++) await send('Hello?')
  expect(collections).toBe(0)
  for (let bodies = 0; bodies < 5; bodies++) await send(megabyte)
  expect(collections).toBe(2)
})
