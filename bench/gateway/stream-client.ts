import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

/** What the client has seen so far. */
export interface Seen {
  /** Streams that have begun and not ended. */
  readonly live: number
  /** Pieces of content. */
  readonly chunks: number
  /** Streams that had all their pieces, in their order, and then `[DONE]`. */
  readonly whole: number
  /** Streams that had begun and ended in any other way. */
  readonly lost: number
  /** How often one did not begin; it was asked for again. */
  readonly refused: number
  /** How the last of those ended. */
  readonly why?: string
}

export interface Asked {
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly streams: number
  /** Pieces of each stream. */
  readonly chunks: number
}

const openAtOnce = 50
/** As a gateway asks for that has too much to do. */
const retryMs = 2_000

const asked = await new Promise<Asked>(resolve => process.once('message', message => resolve(message as Asked)))
const { url, path, headers, body, streams, chunks: expected } = asked
const pool = new Pool(url, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
let [live, chunks, whole, lost, refused] = [0, 0, 0, 0, 0]
let why: string | undefined

/** Resolves when the stream has begun; to `false`, when it ended before that. */
function open(): Promise<boolean> {
  const begun = Promise.withResolvers<boolean>()
  let seen = 0
  let isDone = false
  let rest = ''
  let problem: string | undefined
  const end = (reason: string) => {
    begun.resolve(seen > 0)
    if (seen > 0) live--
    if (isDone && seen === expected && problem === undefined) return void whole++
    if (seen > 0) lost++
    else refused++
    why = `${problem ?? reason}, after ${seen} of ${expected} chunks`
  }
  pool.dispatch(
    { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers }, body },
    {
      onRequestStart: () => {},
      onResponseStart: (_controller, status) => void (status !== 200 && (problem = `status ${status}`)),
      onResponseData(_controller, data) {
        const events = (rest + data.toString('latin1')).split('\n\n')
        rest = events.pop() ?? ''
        for (const event of events) {
          const number = /"content":"word (\d+) "/.exec(event)?.[1]
          if (number !== undefined) {
            if (Number(number) !== seen) problem ??= `chunk ${number} came in the place of ${seen}`
            if (seen++ === 0) {
              live++
              begun.resolve(true)
            }
            chunks++
          } else if (event === 'data: [DONE]') isDone = true
          else if (event.includes('"error"')) problem ??= event.slice(0, 300)
        }
      },
      onResponseEnd: () => end(isDone ? 'it ended' : 'it ended without [DONE]'),
      onResponseError: (_controller, error) => end(String(error))
    }
  )
  return begun.promise
}

const tell = () => process.send?.({ live, chunks, whole, lost, refused, ...(why !== undefined && { why }) } satisfies Seen)
process.on('disconnect', () => process.exit())
setInterval(tell, 500)
let left = streams
// All at once would measure the listen queue.
for (let opening = 0; opening < openAtOnce; opening++) void openOnes()

async function openOnes(): Promise<void> {
  while (left-- > 0) while (!(await open())) await sleep(retryMs)
}
