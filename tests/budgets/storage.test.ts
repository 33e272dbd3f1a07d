import { afterEach, describe, expect, test } from '@jest/globals'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fakeService, json, type FakeService } from '@resoftai/sdk/testing'
import type { HostOptions } from 'resoftai'
import { failureOf, question } from '../faults/support.ts'
import { hasPostgres, onPostgres } from './books.ts'
import { fillApart } from './fill.ts'
import { lockApart } from './lock.ts'
import { openProxy, type Proxy } from './proxy.ts'
import { balanceOf, costOf, makeHome, openHost, recordsOf, wholeReply, type Opened, type Setup } from './support.ts'

const onServer = hasPostgres ? test : test.skip
/** Nothing is read-only for root. */
const notAsRoot = process.getuid?.() === 0 ? test.skip : test

const used = { input: 20, output: 400 }
const cost = costOf('one', used)
const asked = { ...question, maxTokens: 500 }
const budgets = [{ per: 'day', limit: '1 USD' }]
const refused = { kind: 'quota', code: 'budget_store', retryable: false, hint: expect.stringContaining('on_failure') }
const later = [expect.stringContaining('could not be written into the ledger')]

const homes: string[] = []
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true })
})
function newHome(): string {
  homes.push(makeHome())
  return homes.at(-1)!
}

interface Till extends Opened {
  readonly service: FakeService
  /** Answers wait until it is called, when `gated`. */
  readonly release: () => void
}

async function openTill(setup: Partial<Setup>, gated = false): Promise<Till> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  if (!gated) release()
  const service = await fakeService(() => released.then(() => json(wholeReply(used))))
  const opened = await openHost({ url: service.url, budgets, home: newHome(), ...setup })
  return {
    ...opened,
    service,
    release,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await service.close()
    }
  }
}

/** A store that failed is left alone for a second. */
const rest = () => sleep(1_100)

describe('G17 a PostgreSQL that goes and comes back', () => {
  async function behindProxy(use: (storage: { readonly url: string }, proxy: Proxy) => Promise<void>): Promise<void> {
    await using place = await onPostgres()
    const { port, hostname } = new URL(place.url)
    await using proxy = await openProxy(Number(port || 5432), hostname)
    const { href: url } = Object.assign(new URL(place.url), { port: proxy.port, hostname: '127.0.0.1' })
    await use({ url }, proxy)
  }

  onServer('lets no call go while it is gone, and all when it is back', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage })
      await till.one.chat(asked)
      proxy.cut()
      expect(await failureOf(till.one.chat(asked))).toMatchObject(refused)
      expect(await failureOf(till.one.chat(asked))).toMatchObject(refused)
      expect(till.service.requests).toHaveLength(1)
      proxy.mend()
      await rest()
      await till.one.chat(asked)
      expect(await balanceOf(till.host)).toEqual({ settled: 2n * cost, reserved: 0n })
      expect((await recordsOf(till.host)).map(({ status }) => status).toSorted()).toEqual(['finished', 'finished', 'quota', 'quota'])
    })
  )

  onServer('lets calls go and marks them, where the configuration says so', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage: { ...storage, on_failure: 'allow' } })
      proxy.cut()
      const { warnings } = await till.one.chat(asked)
      expect(warnings).toEqual([expect.stringContaining('The budgets could not be asked'), ...later])
      proxy.mend()
      await rest()
      expect((await till.one.chat(asked)).warnings).toEqual([])
      expect(await balanceOf(till.host)).toEqual({ settled: 2n * cost, reserved: 0n })
      const records = await recordsOf(till.host)
      expect(records).toHaveLength(2)
      expect(records.filter(({ unreserved }) => unreserved)).toHaveLength(1)
    })
  )

  onServer('gets what it missed, once', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage }, true)
      const running = Array.from({ length: 8 }, () => till.one.chat(asked))
      await till.service.received(8)
      proxy.cut()
      till.release()
      for (const { warnings } of await Promise.all(running)) expect(warnings).toEqual(later)
      proxy.mend()
      await rest()
      await till.one.chat(asked)
      expect(await balanceOf(till.host)).toEqual({ settled: 9n * cost, reserved: 0n })
      expect((await recordsOf(till.host)).filter(({ status, costNanos }) => status === 'finished' && costNanos === cost)).toHaveLength(9)
    })
  )

  onServer('is not told twice of what it wrote without an answer', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage }, true)
      const running = till.one.chat(asked)
      await till.service.received(1)
      proxy.loseAnswerTo('commit\0')
      till.release()
      expect((await running).warnings).toEqual(later)
      // It is in the books already, whatever the host was told.
      await rest()
      expect(await balanceOf(till.host)).toEqual({ settled: cost, reserved: 0n })
      await till.one.chat(asked)
      expect(await balanceOf(till.host)).toEqual({ settled: 2n * cost, reserved: 0n })
      expect(await recordsOf(till.host)).toHaveLength(2)
    })
  )

  onServer('that took a hold without an answer frees it', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage })
      await till.one.chat(asked)
      proxy.loseAnswerTo('commit\0')
      expect(await failureOf(till.one.chat(asked))).toMatchObject(refused)
      await rest()
      await till.one.chat(asked)
      expect(await balanceOf(till.host)).toEqual({ settled: 2n * cost, reserved: 0n })
      expect(till.service.requests).toHaveLength(2)
    })
  )

  onServer('that is cut again and again in the middle of many calls has each of them once', () =>
    behindProxy(async (storage, proxy) => {
      await using till = await openTill({ storage: { ...storage, on_failure: 'allow' } })
      let finished = 0
      const clients = Array.from({ length: 8 }, async () => {
        for (let call = 0; call < 5; call++) {
          await till.one.chat(asked)
          finished++
          await sleep(40)
        }
      })
      for (let cuts = 0; cuts < 3; cuts++) {
        await sleep(50)
        proxy.cut()
        await sleep(20)
        proxy.mend()
      }
      await Promise.all(clients)
      await rest()
      await till.one.chat(asked)
      expect(finished).toBe(40)
      expect(await balanceOf(till.host)).toEqual({ settled: 41n * cost, reserved: 0n })
      expect((await recordsOf(till.host)).filter(({ status }) => status === 'finished')).toHaveLength(41)
    })
  )

  onServer('that stays away does not keep the host from closing, which logs what it could not write', () =>
    behindProxy(async (storage, proxy) => {
      const { log, errors } = listeningLog()
      await using till = await openTill({ storage, overrides: { log } }, true)
      const running = till.one.chat(asked)
      await till.service.received(1)
      proxy.cut()
      till.release()
      await running
      await till.host.close()
      expect(errors).toContainEqual([
        'a call could not be written into the ledger',
        { record: expect.objectContaining({ status: 'finished', costNanos: String(cost) }) }
      ])
    })
  )
})

type Log = NonNullable<NonNullable<HostOptions['overrides']>['log']>

function listeningLog(): { readonly log: Log; readonly errors: readonly (readonly [string, unknown])[] } {
  const errors: (readonly [string, unknown])[] = []
  const ignore = () => {}
  const error: Log['error'] = (message, fields) => void errors.push([message, fields])
  const log: Log = { debug: ignore, info: ignore, warn: ignore, error, child: () => log }
  return { log, errors }
}

function noDatabase(file: string): void {
  writeFileSync(file, 'no database at all, but a long text. '.repeat(200))
}

describe('a SQLite file', () => {
  test('that another process has locked for a moment is waited for, without standing still', async () => {
    await using till = await openTill({})
    await till.one.chat(asked)
    const unlock = await lockApart(join(till.home, 'resoftai.db'))
    let turns = 0
    const turning = setInterval(() => turns++, 5)
    const running = till.one.chat(asked)
    await sleep(400)
    clearInterval(turning)
    expect(till.service.requests).toHaveLength(1)
    await unlock()
    expect(await running).toMatchObject({ content: 'Hello', warnings: [] })
    expect(turns).toBeGreaterThan(20)
    expect(await balanceOf(till.host)).toEqual({ settled: 2n * cost, reserved: 0n })
  })

  test('that stays locked refuses calls or lets them go, as configured, and then has them', async () => {
    const home = newHome()
    await using strict = await openTill({ home })
    await using lenient = await openTill({ home, storage: { on_failure: 'allow' } })
    await Promise.all([strict.one.chat(asked), lenient.one.chat(asked)])
    const unlock = await lockApart(join(home, 'resoftai.db'))
    const [failure, { warnings }, left] = await Promise.all([
      failureOf(strict.one.chat(asked)),
      lenient.one.chat(asked),
      failureOf(strict.one.chat(asked, { signal: AbortSignal.timeout(50) }))
    ])
    expect(failure).toMatchObject({ ...refused, message: expect.stringContaining('locked by another process') })
    expect(strict.service.requests).toHaveLength(1)
    expect(warnings).toEqual([expect.stringContaining('locked by another process'), ...later])
    expect(left).toMatchObject({ kind: 'cancelled' })
    await unlock()
    await rest()
    await lenient.one.chat(asked)
    expect(await balanceOf(lenient.host)).toEqual({ settled: 4n * cost, reserved: 0n })
  }, 30_000)

  test.each([
    ['that is no database', 'books.db', noDatabase, 'is not a SQLite database'],
    ['that is a folder', 'books.db', mkdirSync, 'is no file'],
    ['whose folder is a file', 'books.db/books.db', noDatabase, 'is no file']
  ])('%s refuses calls, or lets them go', async (_what, file, breakIt, words) => {
    const home = newHome()
    breakIt(join(home, 'books.db'))
    const storage = { url: `sqlite:${join(home, file)}` }
    await using strict = await openTill({ storage })
    expect(await failureOf(strict.one.chat(asked))).toMatchObject({ ...refused, message: expect.stringContaining(words) })
    expect(strict.service.requests).toEqual([])
    await using lenient = await openTill({ storage: { ...storage, on_failure: 'allow' } })
    expect((await lenient.one.chat(asked)).warnings).toEqual([expect.stringContaining(words), ...later])
  })

  notAsRoot('that is read-only refuses calls', async () => {
    const home = newHome()
    await using before = await openTill({ home })
    await before.one.chat(asked)
    await before.host.close()
    chmodSync(join(home, 'resoftai.db'), 0o400)
    await using till = await openTill({ home })
    expect(await failureOf(till.one.chat(asked))).toMatchObject({ ...refused, message: expect.stringContaining('cannot be written') })
    expect(till.service.requests).toEqual([])
  })

  test('on a full disk refuses calls, and no call that was made is missing', async () => {
    const home = newHome()
    await using service = await fakeService(json(wholeReply(used)))
    const { calls, failure, lost } = await fillApart({ url: service.url, home, budgets }, asked)
    expect(failure).toMatchObject({ code: 'budget_store', message: expect.stringContaining('no room left') })
    expect(service.requests).toHaveLength(calls)
    expect(calls).toBeGreaterThan(5)
    await using again = await openHost({ url: service.url, home, budgets })
    const records = await recordsOf(again.host)
    const finished = records.filter(({ status }) => status === 'finished').map(({ id }) => id)
    expect(new Set([...finished, ...lost]).size).toBe(calls)
    expect(await balanceOf(again.host)).toMatchObject({ settled: BigInt(finished.length) * cost })
  })

  test('that fails does not fail a call where no budget needs it', async () => {
    const home = newHome()
    noDatabase(join(home, 'resoftai.db'))
    await using till = await openTill({ home, budgets: [], ledger: true })
    expect(await till.one.chat(asked)).toMatchObject({ content: 'Hello', warnings: later })
  })
})
