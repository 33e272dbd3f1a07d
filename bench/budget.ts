import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Books, readBudgets } from '../packages/core/src/budget/index.ts'
import { createPrices } from '../packages/core/src/cost/index.ts'
import { Ledger, type CallRecord } from '../packages/core/src/ledger/index.ts'
import { createLog, createRedactor } from '../packages/core/src/observe/index.ts'
import { openLedgerStore } from '../packages/storage/src/index.ts'
import { median, printTable } from './table.ts'

const calls = 5_000
/** Until the code is compiled. */
const warmingUp = 3_000

const subjects = { provider: 'bench', model: 'bench/bench-1', agent: undefined, key: 'alice' }
const most = { nanos: 20_000_000n, currency: 'USD' }
const cost = { nanos: 12_345_678n, currency: 'USD' }

/** What a budget adds to a call: a hold before it, a charge and a line of the ledger behind it, one call after the other. */
export async function measureBudget(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-bench-'))
  try {
    for (const [name, file] of Object.entries({ 'in memory': ':memory:', 'in a file': join(folder, 'books.db') })) {
      const insert = openTable(file === ':memory:' ? file : join(folder, 'floor.db'))
      const floor = await timesOf(async number => insert(number))
      const times = await timesOf(await openBooks(folder, `sqlite:${file}`))
      const least = median(floor)
      printTable(`A budget and the ledger, SQLite ${name}: wall time a call`, [
        { what: 'one insert by node:sqlite, median', value: least, unit: 'µs', ratio: 1 },
        { what: 'one insert by node:sqlite, p99', value: p99(floor), unit: 'µs' },
        {
          what: 'reserve and settle, median',
          value: median(times),
          unit: 'µs',
          ratio: median(times) / least,
          ...(file === ':memory:' && { bar: 'under 100 µs' })
        },
        { what: 'reserve and settle, p99', value: p99(times), unit: 'µs', ...(file !== ':memory:' && { bar: 'under 1,000 µs' }) }
      ])
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The same settings as those of the ledger. */
function openTable(file: string): (number: number) => void {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = normal; create table calls (id text primary key, cost integer)')
  const insert = database.prepare('insert into calls values (?, ?)')
  return number => void insert.run(`call-${number}`, number)
}

async function openBooks(home: string, url: string): Promise<(number: number) => Promise<void>> {
  const log = createLog({ level: 'silent', redactor: createRedactor() })
  const ledger = new Ledger({ open: () => openLedgerStore(url), log: () => log })
  const budgets = readBudgets([{ per: 'day', limit: '900000000 USD' }], 'UTC')
  const books = new Books({ zone: 'UTC', budgets, ledger, prices: createPrices({ home, log: () => log }), onFailure: 'refuse' })
  return async number => {
    const record = recordOf(number)
    const applied = books.find(subjects, record.at)
    const refusal = await books.reserve({ applied, most, record, withinMs: 600_000 })
    if (refusal !== undefined) throw new Error(`The call was refused: ${refusal.why}.`)
    const problems = await books.settle({ ...record, status: 'finished' }, { applied, cost, isHeld: true })
    if (problems.length > 0) throw new Error(problems.join(' '))
  }
}

function recordOf(number: number): CallRecord {
  return {
    id: `call-${number}`,
    at: Date.now(),
    provider: 'bench',
    model: 'bench-1',
    answeredModel: 'bench-1',
    agent: null,
    key: 'alice',
    status: 'lost',
    inputTokens: 1_000,
    cachedTokens: 400,
    cacheWriteTokens: null,
    outputTokens: 300,
    reasoningTokens: null,
    estimated: false,
    costNanos: cost.nanos,
    currency: cost.currency,
    rates: [],
    attempts: 1,
    durationMs: 1_234,
    firstEventMs: 345,
    unreserved: false
  }
}

/** Microseconds of each call. */
async function timesOf(work: (number: number) => Promise<void>): Promise<readonly number[]> {
  const times: number[] = []
  for (let number = 0; number < warmingUp + calls; number++) {
    const begun = performance.now()
    await work(number)
    if (number >= warmingUp) times.push((performance.now() - begun) * 1_000)
  }
  return times
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
}
