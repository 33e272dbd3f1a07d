import { execFileSync, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Load } from './gateway/load.ts'
import type { Asked, Seen } from './gateway/stream-client.ts'
import { startResoftai, startUpstream } from './gateway/targets.ts'
import { printTable } from './table.ts'

const lookEveryMs = 1_000
/** Beyond the time that the streams take, for opening them on a machine that is busy. */
const graceMs = 120_000
/** Files of the gateway beside its two sockets for each stream. */
const otherFiles = 200

/** `--minutes 10 --streams 5000 --every 2`: holds live streams through `resoftai serve`, and counts what is lost. Ends by itself. */
export async function measureStreams(args: readonly string[]): Promise<void> {
  const { minutes, streams, every } = readPlan(args)
  checkFiles(streams)
  const lastsMs = minutes * 60_000
  const everyMs = every * 1_000
  const plan = { streams, everyMs, chunks: Math.ceil(lastsMs / everyMs) }

  const folder = mkdtempSync(join(tmpdir(), 'resoftai-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  await using vendor = await startUpstream()
  // A call may take ten minutes by default, and these take as long as they are told to.
  await using ours = await startResoftai(vendor.target.url, join(folder, 'resoftai'), {
    deadline: Math.ceil((2 * lastsMs + graceMs) / 1_000)
  })
  // What is warmed up need not be answered.
  await ours.cpuOf(200, 32, () => ours.ask('10 chunks, one every 10 ms', { stream: true }).catch(() => undefined))
  const sentBefore = await sentBy(vendor)
  const before = (await ours.target.process.used()).rssBytes

  const client = startClient(ours, plan)
  const until = performance.now() + 2 * lastsMs + graceMs
  const marks: Mark[] = []
  let most = { rssBytes: 0, live: 0 }
  while (client.seen().whole + client.seen().lost < streams && performance.now() < until) {
    await sleep(lookEveryMs)
    const { live, chunks: received } = client.seen()
    const { cpuMicros, rssBytes } = await ours.target.process.used()
    most = { rssBytes: Math.max(most.rssBytes, rssBytes), live: Math.max(most.live, live) }
    // CPU of opening and closing them is left out.
    if (live === streams) marks.push({ cpuMicros, chunks: received })
  }
  const seen = client.seen()
  client.stop()

  const sent = (await sentBy(vendor)) - sentBefore
  console.log(`\n${streams} streams, a chunk every ${every} s, for ${minutes} min`)
  console.log(`  live at once ${most.live}, whole ${seen.whole}, lost ${streams - seen.whole}, not begun at first ${seen.refused}`)
  console.log(`  chunks sent ${sent}, received ${seen.chunks}`)
  if (seen.why !== undefined) console.log(`  the last that failed: ${seen.why}`)
  printTable('resoftai serve', [
    { what: 'memory a stream', value: (most.rssBytes - before) / most.live / 1e3, unit: 'kB', bar: 'at most 60 kB at 5,000' },
    { what: 'CPU a chunk', value: cpuOfChunk(marks), unit: 'µs' }
  ])
  if (seen.whole < streams) process.exitCode = 1
}

interface Plan {
  readonly streams: number
  readonly everyMs: number
  /** Of each stream. */
  readonly chunks: number
}

function readPlan(args: readonly string[]): { readonly minutes: number; readonly streams: number; readonly every: number } {
  const option = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({ args: [...args], options: { minutes: option('1'), streams: option('5000'), every: option('2') } })
  const [minutes, streams, every] = [Number(values.minutes), Number(values.streams), Number(values.every)]
  if (minutes > 0 && every > 0 && Number.isSafeInteger(streams) && streams > 0) return { minutes, streams, every }
  throw new Error('Write --minutes 10 --streams 5000 --every 2.')
}

/** What the gateway had used when so many chunks had come. */
interface Mark {
  readonly cpuMicros: number
  readonly chunks: number
}

/** NaN where they were never all live. */
function cpuOfChunk(marks: readonly Mark[]): number {
  const [first, last] = [marks[0], marks.at(-1)]
  return first === undefined || last === undefined ? NaN : (last.cpuMicros - first.cpuMicros) / (last.chunks - first.chunks)
}

/** In a process of its own, so that neither its memory nor its CPU is that of the gateway. Ends with this one. */
function startClient({ target: { url, model, headers } }: Load, { streams, everyMs, chunks }: Plan) {
  const prompt = `${chunks} chunks, one every ${everyMs} ms`
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: prompt }] })
  const asked: Asked = { url, path: '/v1/chat/completions', headers, body, streams, chunks }
  const child = fork(join(import.meta.dirname, 'gateway/stream-client.ts'), { env: { PATH: process.env['PATH'] } })
  child.send(asked)
  let seen: Seen = { live: 0, chunks: 0, whole: 0, lost: 0, refused: 0 }
  child.on('message', message => void (seen = message as Seen))
  return { seen: () => seen, stop: () => void (child.connected && child.disconnect()) }
}

async function sentBy(vendor: Load): Promise<number> {
  return Number(await (await fetch(`${vendor.target.url}/sent`)).text())
}

/** Node.js itself raises how many files it may open, as far as the system lets it. */
function checkFiles(streams: number): void {
  const most = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }))
  const needed = streams * 2 + otherFiles
  if (most < needed) throw new Error(`${streams} streams need ${needed} open files, and this system allows ${most}: raise \`ulimit -Hn\`.`)
}
