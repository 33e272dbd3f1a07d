import { expect, test } from '@jest/globals'
import { json, type Step } from '@resoftai/sdk/testing'
import { completion, vendorError } from '../faults/support.ts'
import { hello, serve, until } from './support.ts'

/** `npm run faults -- --long`: some ten seconds of it. */
const callsOfEach = process.env['FAULTS'] === 'long' ? 50 : 2
const clients = 200
const path = '/v1/chat/completions'

test('G09 a vendor that answers 503 to everything gets hardly a request once that is clear, one to see whether it is well, and all when it is', async () => {
  let health: 'ill' | 'held' | 'well' = 'ill'
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const hold: Step = () => released
  const ill = json(vendorError('not now'), { status: 503 })
  const well = json(completion('Hello'))
  await using served = await serve(() => (health === 'ill' ? ill : health === 'held' ? { ...well, steps: [hold, ...well.steps] } : well), {
    settings: { retry: { base_delay: 0.01 }, breaker: { rest: 0.3 } }
  })
  const breaker = () => served.host.stats()['vendor']?.breaker
  const asked = () => served.service.requests.length

  let calls = 0
  let opened: { readonly calls: number; readonly asked: number } | undefined
  const client = async () => {
    for (let call = 0; call < callsOfEach; call++) {
      calls++
      const response = await served.ask(path, hello)
      expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('provider_overloaded')])
      if (opened === undefined && breaker()?.opened !== 0) opened = { calls, asked: asked() }
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  expect(calls).toBe(clients * callsOfEach)
  expect(asked() / calls).toBeLessThanOrEqual(1.3)
  // From then on it is left in peace, but for a probe now and then.
  expect(asked() - opened!.asked).toBeLessThan((calls - opened!.calls) * 0.3)

  health = 'held'
  const before = asked()
  await until(() => breaker()?.state === 'half-open')
  let refused = 0
  const answers = Array.from({ length: clients }, async () => {
    const { status } = await served.ask(path, hello)
    if (status === 503) refused++
    return status
  })
  await until(() => refused === clients - 1)
  expect(asked() - before).toBe(1)
  release()
  expect((await Promise.all(answers)).filter(status => status === 200)).toHaveLength(1)

  health = 'well'
  expect(breaker()?.state).toBe('closed')
  const after = await Promise.all(Array.from({ length: clients }, () => served.ask(path, hello)))
  expect(after.filter(({ status }) => status !== 200)).toEqual([])
}, 180_000)
