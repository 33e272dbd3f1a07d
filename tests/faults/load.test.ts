import { fork } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ChatEvent, ProviderClient, ProviderError } from 'resoftai'
import type { StreamsReport } from './load/client.ts'
import { fullListener } from './load/full-listener.ts'
import { ask, startVendor, type LoadVendor } from './load/vendor.ts'
import { connect, failureOf, key, readAll } from './support.ts'

/** `npm run faults -- --long`: as many calls as the promises are about, and their times; otherwise few calls and no times. */
const long = process.env['FAULTS'] === 'long'
const callsOfPhase = long ? 1_000 : 100
const limitMs = long ? 180_000 : 20_000
const soonMs = 500

let vendor: LoadVendor
beforeAll(async () => {
  vendor = await startVendor()
})
afterAll(async () => {
  await vendor[Symbol.asyncDispose]()
})

describe('a cancelled call', () => {
  const phases = [
    { where: 'waiting for headers', script: 'silent', phase: 'headers', start: streamed },
    { where: 'waiting for the first event', script: 'headers', phase: 'body', start: streamed },
    { where: 'between two events', script: 'begun', phase: 'body', partial: 'a', start: streamed },
    { where: 'in the middle of a whole answer', script: 'half', phase: 'body', start: whole }
  ] as const

  test.each(phases)(
    '$where closes its connection at once',
    async ({ script, start, where: _where, ...expected }) => {
      await using client = await connect(vendor.url)
      const closedMs = await collect(callsOfPhase, 100, async id => {
        const { error, at, seen } = await cancelWhenReady(start, client.provider, script, `${script}-${id}`)
        const { phase, ...more } = expected
        expect(error).toMatchObject({ kind: 'cancelled', attempts: [{ phase }], ...more })
        return (await Promise.race([seen.closed.promise, sleep(5_000, Infinity, { ref: false })])) - at
      })
      expectSoon(script, closedMs)
    },
    limitMs
  )

  test(
    'that sleeps before a repeat is never sent again',
    async () => {
      // The sleep is between half and the whole of it.
      const base_delay = 0.8
      const each = { plugin: 'openai-compatible', api_base: vendor.url, api_key: key, retry: { base_delay }, breaker: { failures: 0 } }
      // So many repeats a provider may always make.
      const calls = 10
      const providers = Object.fromEntries(Array.from({ length: callsOfPhase / calls }, (_, index) => [`p${index}`, each]))
      await using client = await connect(vendor.url, { config: { providers } })
      const endedMs = await collect(callsOfPhase, calls, async id => {
        const provider = await client.host.provider(`p${Math.floor(id / calls)}`)
        const { error, at } = await cancelWhenReady(whole, provider, 'unwell', `unwell-${id}`)
        expect(error).toMatchObject({ kind: 'cancelled', attempts: [{ status: 503, waitMs: expect.any(Number) }] })
        return Date.now() - at
      })
      expectSoon('unwell', endedMs)
      await sleep(base_delay * 1_000 + 100)
      await vendor.requests()
      const asked = Array.from({ length: callsOfPhase }, (_, id) => vendor.of(`unwell-${id}`).requests)
      expect(asked.filter(count => count !== 1)).toEqual([])
    },
    limitMs
  )

  /** When each connection was given up, after all calls were cancelled at once. */
  const leaveConnecting = async (): Promise<readonly number[]> => {
    await using listener = await fullListener()
    await using client = await connect(listener.url)
    const controller = new AbortController()
    const calls = Array.from({ length: callsOfPhase }, (_, id) =>
      failureOf(client.provider.chat(ask('silent', `connecting-${id}`), { signal: controller.signal }))
    )
    while (listener.connecting() < callsOfPhase) await sleep(5)
    const at = Date.now()
    controller.abort()
    const errors = await Promise.all(calls)
    expect(errors.filter(({ kind, attempts }) => kind !== 'cancelled' || attempts?.[0]?.phase !== 'connect')).toEqual([])
    const closedMs: number[] = []
    for (let left = callsOfPhase; left > 0 && Date.now() - at < 5_000; await sleep(5)) {
      const now = listener.connecting()
      closedMs.push(...Array<number>(left - now).fill(Date.now() - at))
      left = now
    }
    expect(closedMs).toHaveLength(callsOfPhase)
    return closedMs
  }

  const onLinux = process.platform === 'linux' ? test : test.skip
  onLinux(
    'that still connects gives the connection up',
    async () => {
      let closedMs = await leaveConnecting()
      // All are cancelled at one moment, so one pause of the machine would be the time of each.
      for (let again = 0; again < 2 && !areSoon(closedMs); again++) closedMs = await leaveConnecting()
      expectSoon('connecting', closedMs)
    },
    limitMs
  )
})

describe('many streams at once', () => {
  test(
    'are all read to their end, in order, in little memory',
    async () => {
      const [streams, events, everyMs] = long ? [5_000, 60, 1_000] : [200, 5, 100]
      const { complete, wrong, live, rssBefore, rssAtMost } = await readStreams(vendor.url, streams, events, everyMs)
      const kilobytes = (rssAtMost - rssBefore) / streams / 1024
      note('streams', { complete, live, kilobytes })
      expect({ complete, wrong }).toEqual({ complete: streams, wrong: [] })
      if (!long) return
      expect(live).toBe(streams)
      expect(kilobytes).toBeLessThanOrEqual(60)
    },
    limitMs
  )

  test('of which half stall: those end in time, and the others are not disturbed', async () => {
    const stallMs = 600
    await using client = await connect(vendor.url, { settings: { stall_timeout: stallMs / 1_000, fallback_to_nonstream: false } })
    const read = async (script: string, id: number) => {
      let heardAt = 0
      const heard = () => void (heardAt = performance.now())
      const { text, events, error } = await readAll(listen(client.provider.stream(ask(script, `half-${id}`)), heard))
      return {
        text,
        last: events.at(-1)?.type,
        kind: error?.kind,
        code: error?.code,
        partial: error?.partial,
        quietMs: performance.now() - heardAt
      }
    }
    const stalling = ['begun', 'pinging', 'empty']
    const runs = Array.from({ length: 100 }, (_, id) => [read(stalling[id % 3] ?? '', id), read('steady 9 150', id + 100)] as const)
    const stalled = await Promise.all(runs.map(([first]) => first))
    const lively = await Promise.all(runs.map(([, second]) => second))
    expect(lively.filter(({ text, last }) => text !== '0 1 2 3 4 5 6 7 8 ' || last !== 'finish')).toEqual([])
    expect(stalled.filter(({ kind, code, partial }) => kind !== 'stalled' || code !== 'idle' || partial !== 'a')).toEqual([])
    const times = stalled.map(({ quietMs }) => quietMs)
    note('stalled', { least: Math.min(...times), most: Math.max(...times) })
    expect(Math.min(...times)).toBeGreaterThan(stallMs * 0.95)
    expect(Math.max(...times)).toBeLessThan(stallMs + (long ? 500 : 5_000))
    expect(client.host.stats()['vendor']).toMatchObject({ stalls: 100, calls: { finished: 100, failed: { stalled: 100 } } })
  })
})

describe('a vendor that answers 500 to everything', () => {
  const runs = [
    { how: 'one after the other', atOnce: 1, breaker: { rest: 0.2 } },
    { how: 'at once', atOnce: 200, breaker: { rest: 0.2 } },
    { how: 'one after the other, without a breaker', atOnce: 1, breaker: { failures: 0 } },
    { how: 'at once, without a breaker', atOnce: 200, breaker: { failures: 0 } }
  ]

  test.each(runs)(
    'and 200 calls $how: gets 1.3 requests a call at most, and calls when it is well again',
    async ({ how, atOnce, breaker }) => {
      await vendor.become('ill')
      const before = await vendor.requests()
      await using client = await connect(vendor.url, { settings: { retry: { base_delay: 0.01 }, breaker } })
      const stats = () => client.host.stats()['vendor']
      const calls = 200
      const errors = await collect(calls, atOnce, id => failureOf(client.provider.chat(ask('dead', `dead-${id}`))))
      expect(errors.filter(({ kind, code }) => kind !== 'server' && code !== 'breaker_open')).toEqual([])
      const requests = (await vendor.requests()) - before
      note(`dead, ${how}`, { requestsPerCall: requests / calls, opened: stats()?.breaker.opened, retriesRefused: stats()?.retriesRefused })
      expect(requests / calls).toBeLessThanOrEqual(1.3)
      expect(stats()?.breaker.opened !== 0).toBe(breaker.failures !== 0)

      await vendor.become('well')
      while (stats()?.breaker.state === 'open') await sleep(20)
      expect(await client.provider.chat(ask('dead', 'healed'))).toMatchObject({ content: 'well' })
      const replies = await collect(20, 20, id => client.provider.chat(ask('dead', `healed-${id}`)))
      expect(replies.filter(({ content }) => content !== 'well')).toEqual([])
      expect(stats()).toMatchObject({ breaker: { state: 'closed' }, calls: { finished: 21 } })
    }
  )
})

async function* listen(events: AsyncIterable<ChatEvent>, onText: () => void): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    if (event.type === 'text') onText()
    yield event
  }
}

/** By a client in a process of its own. */
async function readStreams(url: string, ...numbers: readonly number[]): Promise<StreamsReport> {
  const child = fork(join(import.meta.dirname, 'load/client.ts'), [url, ...numbers.map(String)], { execArgv: [] })
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve(message as StreamsReport))
    child.once('exit', code => reject(new Error(`the client ended with ${code}`)))
  })
}

function streamed(provider: ProviderClient, script: string, model: string, signal: AbortSignal): Promise<ProviderError> {
  return failureOf(
    readAll(provider.stream(ask(script, model), { signal })).then(({ error, events }) =>
      error === undefined ? events : Promise.reject(error)
    )
  )
}

function whole(provider: ProviderClient, script: string, model: string, signal: AbortSignal): Promise<ProviderError> {
  return failureOf(provider.chat(ask(script, model), { signal }))
}

async function cancelWhenReady(start: typeof whole, provider: ProviderClient, script: string, model: string) {
  const controller = new AbortController()
  const seen = vendor.of(model)
  const call = start(provider, script, model, controller.signal)
  await seen.ready.promise
  // What the vendor has sent is here; a moment and a turn more, and it is read.
  await sleep(20)
  await nextTurn()
  const at = Date.now()
  controller.abort()
  return { error: await call, at, seen }
}

/** Runs `work` so many times, a few at a time. */
async function collect<T>(count: number, atOnce: number, work: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    while (next < count) results.push(await work(next++))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

function expectSoon(what: string, times: readonly number[]): void {
  note(what, { calls: times.length, p99: p99Of(times), most: Math.max(...times) })
  expect(times.filter(ms => ms > 5_000)).toEqual([])
  if (long) expect(p99Of(times)).toBeLessThan(soonMs)
}

function areSoon(times: readonly number[]): boolean {
  return !long || p99Of(times) < soonMs
}

function p99Of(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity
}

/** The numbers themselves, for whoever runs the long tests. */
function note(what: string, numbers: object): void {
  if (long) console.info(what, numbers)
}
