import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openLedgerStore } from '../src/index.ts'
import { createLedgerStore } from '../src/ledger/index.ts'
import { migrate } from '../src/migrate.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { account, failure, listRecords, sampleHold, sampleRecord } from './samples.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resoftai-sqlite-'))
  file = join(folder, 'ledger.db')
})

afterEach(() => rmSync(folder, { recursive: true }))

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('the file, those beside it and its folder are for their owner only', async () => {
  file = join(folder, 'new/deep/ledger.db')
  const store = await openLedgerStore(`sqlite:${file}`)
  await store.settle({ record: sampleRecord(), charges: [] })
  expect([file, `${file}-wal`, `${file}-shm`].map(mode)).toEqual(['600', '600', '600'])
  expect(['new', 'new/deep'].map(name => mode(join(folder, name)))).toEqual(['700', '700'])
  await store.close()
})

test('a file that was removed while it was open says so, instead of writing into nowhere', async () => {
  const store = await openLedgerStore(`sqlite:${file}`)
  await store.settle({ record: sampleRecord(), charges: [] })
  rmSync(file)
  await sleep(1_050)
  expect(await failure(store.settle({ record: sampleRecord(), charges: [] }))).toMatchObject({
    kind: 'broken',
    message: expect.stringContaining('removed or replaced')
  })
  await store.close()
})

describe('locked by another process', () => {
  async function lock(): Promise<() => Promise<void>> {
    const locker = fork(join(import.meta.dirname, 'locker.ts'), [file], { execArgv: [] })
    await once(locker, 'message')
    return async () => {
      locker.send('unlock')
      await once(locker, 'exit')
    }
  }

  test('is waited for, and other things go on meanwhile', async () => {
    const store = await openLedgerStore(`sqlite:${file}`)
    const unlock = await lock()
    let settled = false
    const settling = store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos: 1n }] }).then(() => (settled = true))
    for (let turns = 0; turns < 50; turns++) await sleep(1)
    expect(settled).toBe(false)
    await unlock()
    await settling
    expect(await listRecords(store)).toHaveLength(1)
    await store.close()
  })

  test('is waited for while it is opened', async () => {
    await (await openLedgerStore(`sqlite:${file}`)).close()
    const unlock = await lock()
    const opening = openLedgerStore(`sqlite:${file}`)
    await unlock()
    await (await opening).close()
  })

  test('for too long is an error for all who waited, at once; later it works again', async () => {
    await (await openLedgerStore(`sqlite:${file}`)).close()
    const store = createLedgerStore(await openSqlite(file, 100))
    await store.open([{ ...account, settledNanos: 0n }])
    const unlock = await lock()
    const errors = await Promise.all(Array.from({ length: 300 }, () => failure(store.reserve(sampleHold(1n, 10n)))))
    expect(errors).toEqual(errors.map(() => expect.objectContaining({ kind: 'busy', message: `${file} is locked by another process.` })))
    expect(await failure(store.renew(['x'], 1))).toMatchObject({ kind: 'busy' })
    expect(await store.balances(account)).toMatchObject([{ reservedNanos: 0n }])
    await unlock()
    expect(await store.reserve(sampleHold(1n, 10n))).toEqual({ outcome: 'held' })
    await store.close()
  })
})

describe('a disk without room', () => {
  test('is an error that changes nothing, and not one any more when there is room again', async () => {
    const database = await openSqlite(file)
    await migrate(database)
    const store = createLedgerStore(database)
    await store.open([{ ...account, settledNanos: 0n }])
    const { rows } = await sql<{ pages: bigint }>`select page_count as pages from pragma_page_count`.execute(database.kysely)
    await sql`pragma max_page_count = ${sql.lit(Number(rows[0]?.pages) + 3)}`.execute(database.kysely)

    let error: unknown
    let settled = 0
    for (; error === undefined; settled++) {
      const record = sampleRecord({ model: 'm'.repeat(500) })
      error = await store.settle({ record, charges: [{ ...account, amountNanos: 1n }] }).then(
        () => undefined,
        (reason: unknown) => reason
      )
    }
    expect(error).toMatchObject({ kind: 'full', message: expect.stringContaining(file), hint: expect.stringContaining('room') })
    expect(await listRecords(store)).toHaveLength(settled - 1)
    expect(await store.balances(account)).toMatchObject([{ settledNanos: BigInt(settled - 1) }])

    await sql`pragma max_page_count = 100000`.execute(database.kysely)
    await store.settle({ record: sampleRecord(), charges: [{ ...account, amountNanos: 1n }] })
    expect(await store.balances(account)).toMatchObject([{ settledNanos: BigInt(settled) }])
    await store.close()
  })

  test('or a limit for the size of files is an error too, and what was written before is there', async () => {
    const opener = join(import.meta.dirname, 'opener.ts')
    const limited = `ulimit -f 1000; exec "$0" "$@"`
    const output = execFileSync('sh', ['-c', limited, process.execPath, opener, `sqlite:${file}`, 'fill'], { encoding: 'utf8' })
    const ended = JSON.parse(output) as { written: number }
    expect(ended).toMatchObject({ error: { kind: 'full' } })
    const store = await openLedgerStore(`sqlite:${file}`)
    expect(await listRecords(store)).toHaveLength(ended.written)
    await store.close()
  })
})

describe('what cannot be used', () => {
  const open = () => failure(openLedgerStore(`sqlite:${file}`))

  test('a file that is no database', async () => {
    writeFileSync(file, 'These are the accounts of 2025.\n'.repeat(200))
    expect(await open()).toMatchObject({ kind: 'broken', message: `${file} is not a SQLite database.` })
    expect(readFileSync(file, 'utf8')).toHaveLength(6_400)
  })

  test('a database that is damaged', async () => {
    const store = await openLedgerStore(`sqlite:${file}`)
    for (let count = 0; count < 100; count++) await store.settle({ record: sampleRecord(), charges: [] })
    await store.close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0x55, 4_096))
    expect(await open()).toMatchObject({ kind: 'broken', message: `${file} is damaged.` })
  })

  test('a folder', async () => {
    mkdirSync(file)
    expect(await open()).toMatchObject({ kind: 'usage', message: `${file} is no file.` })
  })

  test('a place below a file', async () => {
    writeFileSync(file, '')
    expect(await failure(openLedgerStore(`sqlite:${file}/ledger.db`))).toMatchObject({ kind: 'usage' })
  })

  test('a place where no folder can be made', async () => {
    const place = process.platform === 'linux' ? '/proc/nowhere/ledger.db' : '/dev/null/nowhere/ledger.db'
    expect(await failure(openLedgerStore(`sqlite:${place}`))).toMatchObject({ kind: 'usage', message: expect.stringContaining(place) })
  })

  test('a link that leads nowhere', async () => {
    symlinkSync(join(folder, 'gone'), join(folder, 'link'))
    const error = await failure(openLedgerStore(`sqlite:${folder}/link/ledger.db`))
    expect(error).toMatchObject({ kind: 'usage', message: `The folder of ${folder}/link/ledger.db cannot be made.` })
  })

  test('a file or a folder that may not be written', async () => {
    await (await openLedgerStore(`sqlite:${file}`)).close()
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)
    const opener = join(import.meta.dirname, 'opener.ts')
    const openAsNobody = (path: string) =>
      JSON.parse(execFileSync(process.execPath, [opener, `sqlite:${path}`, 'as nobody'], { encoding: 'utf8' })) as unknown
    try {
      expect(openAsNobody(file)).toMatchObject({ error: { kind: 'read_only', message: `${file} cannot be written.` } })
      expect(openAsNobody(join(folder, 'new.db'))).toMatchObject({ error: { kind: 'read_only' } })
      expect(openAsNobody(join(folder, 'new/ledger.db'))).toMatchObject({ error: { kind: 'read_only' } })
    } finally {
      chmodSync(folder, 0o755)
    }
  })
})
