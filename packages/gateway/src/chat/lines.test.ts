import { expect, test } from '@jest/globals'
import { Lines } from './lines.ts'

const never = new AbortController().signal

test('one is in at a time, the others come in their order, and fifty may wait', async () => {
  const lines = new Lines()
  const seen: number[] = []
  const enter = async (place: number) => {
    await lines.enter('a', 60_000, never)
    seen.push(place)
    await new Promise(setImmediate)
    lines.exit('a')
  }
  await lines.enter('a', 60_000, never)
  const waiting = Array.from({ length: 50 }, (_each, place) => enter(place))
  await expect(lines.enter('a', 60_000, never)).rejects.toMatchObject({ status: 409, code: 'conversation_busy' })
  // Another line is not concerned.
  await lines.enter('b', 60_000, never)
  expect([lines.isAwaited('a'), lines.isAwaited('b'), seen]).toEqual([true, false, []])
  lines.exit('a')
  await Promise.all(waiting)
  expect(seen).toEqual(Array.from({ length: 50 }, (_each, place) => place))
  await lines.enter('a', 0, never)
})

test('who leaves, or waits too long, does not hold up the others', async () => {
  const lines = new Lines()
  await lines.enter('a', 60_000, never)
  const controller = new AbortController()
  const left = lines.enter('a', 60_000, controller.signal)
  const late = lines.enter('a', 1, never)
  const last = lines.enter('a', 60_000, never)
  controller.abort()
  await expect(left).rejects.toMatchObject({ status: 499, code: 'cancelled' })
  await expect(late).rejects.toMatchObject({ status: 409 })
  lines.exit('a')
  await last
})

test('who is let in and leaves in the same moment takes nobody out of the line', async () => {
  const lines = new Lines()
  await lines.enter('a', 60_000, never)
  const controller = new AbortController()
  const second = lines.enter('a', 60_000, controller.signal)
  const third = lines.enter('a', 60_000, never)
  lines.exit('a')
  controller.abort()
  await second
  lines.exit('a')
  await third
})
