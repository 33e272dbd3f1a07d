import { expect, test } from '@jest/globals'
import { collectGarbage } from '../src/serve/collect-garbage.ts'

test('a small collection gives the memory of a large buffer back at once', () => {
  const bytes = 64 * 2 ** 20
  const { arrayBuffers: before } = process.memoryUsage()
  Buffer.alloc(bytes)
  expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThan(bytes / 2)
  collectGarbage({ type: 'minor', execution: 'sync' })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes / 2)
})
