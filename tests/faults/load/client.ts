import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../support.ts'
import { ask } from './vendor.ts'

/** What a client host saw of many streams at once. Run as a process, so that its memory is that of the host alone. */
export interface StreamsReport {
  /** Streams that gave every event in order, and a `finish` as the last. */
  readonly complete: number
  /** What was wrong with the others; the first few. */
  readonly wrong: readonly string[]
  /** Open at the same time, at most. */
  readonly live: number
  /** Bytes of the process before the first stream, and at most while they were open. */
  readonly rssBefore: number
  readonly rssAtMost: number
}

const [address = '', ...numbers] = process.argv.slice(2)
const [streams = 0, events = 0, everyMs = 0] = numbers.map(Number)

await using client = await connect(address, { settings: { timeout: 60 } })
const rssBefore = process.memoryUsage.rss()
let rssAtMost = 0
const wrong: string[] = []
let complete = 0
let open = 0
let live = 0

async function readOne(id: number): Promise<void> {
  let next = 0
  let last = ''
  for await (const event of client.provider.stream(ask(`steady ${events} ${everyMs}`, `m${id}`))) {
    last = event.type
    if (event.type !== 'text') continue
    if (event.text !== `${next} `) throw new Error(`event ${next} is "${event.text}"`)
    if (next++ === 0) live = Math.max(live, ++open)
  }
  open--
  if (next !== events || last !== 'finish') throw new Error(`${next} events, the last is ${last}`)
  complete++
}

const watching = setInterval(() => (rssAtMost = Math.max(rssAtMost, process.memoryUsage.rss())), 250)
const running: Promise<void>[] = []
for (let id = 0; id < streams; id++) {
  running.push(readOne(id).catch((error: unknown) => void wrong.push(String(error))))
  // All at once would be a test of the listen queue.
  if (id % 50 === 49) await sleep(50)
}
await Promise.all(running)
clearInterval(watching)
const report: StreamsReport = { complete, wrong: wrong.slice(0, 5), live, rssBefore, rssAtMost }
process.send?.(report)
process.disconnect?.()
