import { expect, test } from '@jest/globals'
import type { Attempt } from '@resoftai/sdk'
import { tellTries } from './tell-tries.ts'

const attempt = (model: string, more: Partial<Attempt> = {}): Attempt => ({
  provider: 'vendor',
  model,
  phase: 'done',
  durationMs: 1,
  ...more
})
const [a, b, c, other] = ['a', 'b', 'c', 'other'].map(model => attempt(model)) as [Attempt, Attempt, Attempt, Attempt]

test('the list has each try once, and the last of them as it is at the end', () => {
  const tries = [a, b]
  const list: Attempt[] = []
  const tell = tellTries(tries, list)
  tell()
  expect(list).toEqual([a, b])
  const broken = attempt('b', { phase: 'body', kind: 'truncated' })
  tries.splice(1, 1, broken, c)
  tell()
  expect(list).toEqual([a, broken, c])
})

test('tries of other calls stay where they are', () => {
  const tries = [a]
  const list = [other]
  const tell = tellTries(tries, list)
  tell()
  list.push(other)
  tries.push(b)
  tell()
  expect(list).toEqual([other, a, b, other])
})

test('nothing is lost when there was nothing yet, or the list was emptied', () => {
  const tries: Attempt[] = []
  const list: Attempt[] = []
  const tell = tellTries(tries, list)
  tell()
  tries.push(a)
  tell()
  expect(list).toEqual([a])
  list.length = 0
  tries.push(b)
  tell()
  expect(list).toEqual([a, b])
})
