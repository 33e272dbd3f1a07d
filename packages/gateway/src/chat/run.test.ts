import { afterEach, expect, test } from '@jest/globals'
import { Run } from './run.ts'

let end = () => {}
afterEach(() => end())

function begin(signal = new AbortController().signal): Run {
  const run = new Run({ owner: 'ann', graceMs: 60_000, abandon: () => {}, signal })
  end = () => run.end()
  return run
}

/** A client that reads at once what there is. */
function readAll(run: Run, after: number): { readonly frames: string[]; readonly done: Promise<void>; readonly leave: () => void } {
  const frames: string[] = []
  const gone = new AbortController()
  const done = run.read(after, { write: frame => void frames.push(frame), gone: gone.signal })
  return { frames, done, leave: () => gone.abort() }
}

const idOf = (frame = '') => Number(/^id: (\d+)\n/.exec(frame)?.[1])

test('events are numbered from 1, and one that follows another is given after it', async () => {
  const run = begin()
  await run.add('status', { state: 'started' })
  await run.add('chunk', { content: 'a\nb' })
  run.end()
  const { frames, done } = readAll(run, 1)
  await done
  expect(frames).toEqual(['id: 2\nevent: chunk\ndata: {"content":"a\\nb"}\n\n'])
})

test('events that were sent are dropped when there are too many, and then cannot be asked for', async () => {
  const run = begin()
  const { frames, leave, done } = readAll(run, 0)
  for (let count = 0; count < 20_010; count++) await run.add('chunk', {})
  leave()
  await done
  expect(frames).toHaveLength(20_010)
  expect(frames.map(idOf)).toEqual(frames.map((_frame, index) => index + 1))
  expect(() => run.check(9)).toThrow(expect.objectContaining({ status: 410, code: 'run_events_gone' }))
  expect(() => run.check(20_011)).toThrow(expect.objectContaining({ status: 400 }))
  run.check(10)
  run.end()
  const rest = readAll(run, 10)
  await rest.done
  expect(rest.frames.map(idOf)).toEqual(Array.from({ length: 20_000 }, (_each, index) => index + 11))
})

test('events that nobody was sent are never dropped: the answer waits for a reader, or for its end', async () => {
  const controller = new AbortController()
  const run = begin(controller.signal)
  const large = { content: 'x'.repeat(1_100_000) }
  let added = 0
  const pour = async () => {
    for (; added < 10; added++) await run.add('chunk', large)
  }
  const poured = pour()
  await new Promise(setImmediate)
  expect(added).toBe(0)
  const { frames, leave, done } = readAll(run, 0)
  await poured
  await new Promise(setImmediate)
  expect(frames).toHaveLength(10)
  // What was sent of it takes no more room than it may.
  expect(run.size).toBeLessThan(5_500_000)
  leave()
  await done
  // As large as it may be, and larger.
  const waiting = run.add('message', { content: 'x'.repeat(5_000_000) })
  expect(run.size).toBeGreaterThan(5_000_000)
  controller.abort()
  await waiting
})
