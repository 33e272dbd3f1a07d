import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from './gateway/load.ts'
import { startMeasured } from './gateway/measured.ts'
import { installPeers } from './gateway/peers.ts'
import { startFloor, startMusistudio, startPortkey, startResoftai, startUpstream } from './gateway/targets.ts'
import { median, printTable, type Row } from './table.ts'

const inFlight = 32
const rounds = 5
/** Until the code is compiled: what is measured is a process that has been up for a while. */
const warmingUp = 2
/** V8 compiles the last of what each call runs once at its 20,000th, and of what each chunk runs once in its 80,000 first. */
const callsWarmingUp = 10
const chunksWarmingUp = 8

const prompt = 'Explain the difference between latency and throughput. '.repeat(14)
const megabyte = 'She had lived by the river for eleven years. '.repeat(1e6 / 45)
const chunks = 100
/** Slow enough that no chunk waits for the one before it, so that none are joined on their way. */
const chunkEveryMs = 10

/** ResoftAI as `resoftai serve` beside a floor and two peers, each in a process of its own; `streams` are held open for their memory. */
export async function measureGateway(streams: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

  await using vendor = await startUpstream()
  const { url } = vendor.target
  await using floor = await startFloor(url)
  await using ours = await startResoftai(url, join(folder, 'resoftai'))
  const peers = installPeers(join(folder, 'peers'))
  if (peers === undefined) console.log('Portkey and musistudio are left out: npm could not install them.')
  await using portkey = peers && (await orNone(() => startPortkey(peers.portkey, url)))
  await using musistudio = peers && (await orNone(() => startMusistudio(peers.musistudio, url)))
  const loads = [floor, ours, portkey, musistudio].filter(load => load !== undefined)

  await printStart(loads)
  await printStreamMemory(loads, streams)
  await printFirstChunk(loads)
  await printCpu(
    `Whole calls, ${inFlight} in flight: CPU a call`,
    loads,
    'at most 1.5×',
    load => load.cpuOf(2_000, inFlight, () => load.ask(prompt)),
    callsWarmingUp
  )
  await printCpu('Whole calls with a prompt of 1 MB: CPU a call', loads, 'at most 0.4×', load =>
    load.cpuOf(50, 4, () => load.ask(megabyte))
  )
  const asked = `${chunks} chunks, one every ${chunkEveryMs} ms`
  await printCpu(
    `Streams, ${inFlight} in flight: CPU a chunk`,
    loads,
    'at most 1.3×',
    async load => (await load.cpuOf(inFlight * 3, inFlight, () => load.ask(asked, { stream: true }))) / chunks,
    chunksWarmingUp
  )
}

/** A peer that does not serve here is left out. */
async function orNone(start: () => Promise<Load>): Promise<Load | undefined> {
  let load: Load | undefined
  try {
    load = await start()
    await load.ask('Hello?')
    return load
  } catch (error) {
    console.log(`A peer is left out: ${String(error).slice(-500)}`)
    await load?.[Symbol.asyncDispose]()
    return undefined
  }
}

async function printStart(loads: readonly Load[]): Promise<void> {
  await using bare = startMeasured(join(import.meta.dirname, 'gateway/meter.js'))
  await sleep(1_000)
  const bareBytes = (await bare.used()).rssBytes
  printTable(
    'From start to the first healthy reply',
    rowsOf(loads, ({ target }) => target.startMs, 'ms', 'under 1,000 ms')
  )
  const megabytes = new Map<Load, number>()
  for (const load of loads) megabytes.set(load, ((await load.target.process.used()).rssBytes - bareBytes) / 1e6)
  printTable(
    'Idle: memory over bare Node',
    rowsOf(loads, load => megabytes.get(load) ?? 0, 'MB', 'at most 80 MB')
  )
}

async function printStreamMemory(loads: readonly Load[], count: number): Promise<void> {
  const kilobytes = new Map<Load, number>()
  for (const load of loads) {
    await load.cpuOf(inFlight * 2, inFlight, () => load.ask('10 chunks, one every 10 ms', { stream: true }))
    const before = (await load.target.process.used()).rssBytes
    const { rssBytes, live } = await load.hold(count, '1000 chunks, one every 1000 ms')
    kilobytes.set(load, (rssBytes - before) / live / 1e3)
    if (live < count) console.log(`${load.target.name} has ${live} of ${count} streams live.`)
  }
  printTable(
    `${count} live streams: memory a stream`,
    withRatios(rowsOf(loads, load => kilobytes.get(load) ?? 0, 'kB', 'at most 60 kB at 5,000'))
  )
}

/** One call after the other, the targets in turn. */
async function printFirstChunk(loads: readonly Load[]): Promise<void> {
  const times = new Map(loads.map(load => [load, [] as number[]]))
  for (let number = 0; number < 400; number++) {
    for (const [load, micros] of times) {
      const begun = performance.now()
      let first = 0
      await load.ask('2 chunks, one every 1 ms', { stream: true, onFirst: () => (first = performance.now() - begun) })
      if (number >= 100) micros.push(first * 1_000)
    }
  }
  const value = (load: Load | undefined) => median((load && times.get(load)) ?? [])
  const over = Math.round(value(loads[1]) - value(loads[0]))
  printTable('Time to the first chunk, one call at a time: median', rowsOf(loads, value, 'µs', `${over} µs over the floor, at most 500`))
}

/** The targets in turn, so that a noisy moment hits all alike. */
async function printCpu(
  title: string,
  loads: readonly Load[],
  bar: string,
  measure: (load: Load) => Promise<number>,
  before = warmingUp
): Promise<void> {
  const cpu = new Map(loads.map(load => [load, [] as number[]]))
  for (let round = 0; round < before + rounds; round++) {
    for (const [load, micros] of cpu) {
      const value = await measure(load)
      if (round >= before) micros.push(value)
    }
  }
  printTable(title, withRatios(rowsOf(loads, load => median(cpu.get(load) ?? []), 'µs', bar)))
}

/** The bar is for the second of `loads`. */
function rowsOf(loads: readonly Load[], value: (load: Load) => number, unit: string, bar: string): Row[] {
  return loads.map((load, index) => ({ what: load.target.name, value: value(load), unit, ...(index === 1 && { bar }) }))
}

/** The first of `rows` is what the others are compared with. */
function withRatios(rows: readonly Row[]): Row[] {
  const floor = rows[0]?.value ?? Number.NaN
  return rows.map(row => ({ ...row, ratio: row.value / floor }))
}
