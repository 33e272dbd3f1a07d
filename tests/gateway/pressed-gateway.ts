import { getHeapStatistics } from 'node:v8'
import { json } from '@resoftai/sdk/testing'
import { completion } from '../faults/support.ts'
import { serve } from './support.ts'

/** To leave the event loop no time, to keep so much that the memory is nearly used up, or to stop all that. */
export type Work = 'toil' | 'hoard' | 'rest'

/** How late the event loop may be, and what the process may have of memory for objects that stay. */
const [delayMs = 0, megabytes = 0] = process.argv.slice(2).map(Number)

let work: Work = 'rest'
let kept: string[] = []

function toil(): void {
  if (work !== 'toil') return
  const until = performance.now() + 400
  while (performance.now() < until);
  setImmediate(toil)
}

function hoard(): void {
  while (getHeapStatistics().used_heap_size < megabytes * 1024 * 1024 * 0.92) kept.push(Buffer.alloc(500_000, 'x').toString('latin1'))
}

/** A gateway in a process of its own, whose event loop and memory are loaded as told. It ends with its parent. */
const { url, key } = await serve(json(completion('Hello')), { gateway: { pressure: { delayMs } } })
process.on('message', (told: Work) => {
  work = told
  if (work === 'hoard') hoard()
  if (work === 'rest') kept = []
  toil()
})
process.on('disconnect', () => process.exit())
process.send?.({ url, key })
