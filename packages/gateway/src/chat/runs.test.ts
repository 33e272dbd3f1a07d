import { expect, test } from '@jest/globals'
import { Runs } from './runs.ts'

const options = { owner: 'ann', graceMs: 60_000, abandon: () => {}, signal: AbortSignal.abort() }

test('a run is found by its owner only, while it runs and after its end', () => {
  const runs = new Runs()
  const run = runs.begin(options)
  expect([runs.find(run.id, 'ann'), runs.find(run.id, 'bob')]).toEqual([run, undefined])
  runs.end(run)
  expect([runs.find(run.id, 'ann'), runs.find(run.id, 'bob')]).toEqual([run, undefined])
})

test('of too many runs that ended, or too large ones, the oldest are forgotten', async () => {
  const runs = new Runs()
  const small = Array.from({ length: 1_001 }, () => runs.begin(options))
  for (const run of small) runs.end(run)
  expect(small.map(({ id }) => runs.find(id, 'ann') !== undefined)).toEqual(small.map((_run, index) => index > 0))
  const large = Array.from({ length: 5 }, () => runs.begin(options))
  for (const run of large) {
    await run.add('chunk', { content: 'x'.repeat(16 * 1024 * 1024) })
    runs.end(run)
  }
  expect(large.map(({ id }) => runs.find(id, 'ann') !== undefined)).toEqual([false, false, true, true, true])
})
