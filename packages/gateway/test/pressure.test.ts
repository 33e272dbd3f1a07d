import { expect, test } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { serve } from './serve.ts'

test('with more work than it can do it refuses at once, says when to come back, and stays alive', async () => {
  // Any process uses more than nothing.
  await using served = await serve({ pressure: { heapShare: 0 } })
  const { client, ask } = served
  const models = () => ask('GET', '/v1/models', { key: client })
  let answer = await models()
  expect(answer.statusCode).toBe(200)
  while (answer.statusCode === 200) {
    await wait(50)
    answer = await models()
  }
  expect(answer.statusCode).toBe(503)
  expect(answer.headers['retry-after']).toBe('2')
  expect(answer.json()).toMatchObject({ error: { code: 'gateway_overloaded' } })
  expect((await ask('GET', '/health')).statusCode).toBe(200)
})

test('an event loop that is late counts as pressure, and passes', async () => {
  await using served = await serve({ pressure: { delayMs: 100 } })
  const { client, ask } = served
  const models = () => ask('GET', '/v1/models', { key: client })
  let answer = await models()
  while (answer.statusCode === 200) {
    const until = performance.now() + 400
    while (performance.now() < until);
    await wait(0)
    answer = await models()
  }
  expect(answer.statusCode).toBe(503)
  while (answer.statusCode === 503) {
    await wait(50)
    answer = await models()
  }
  expect(answer.statusCode).toBe(200)
})
