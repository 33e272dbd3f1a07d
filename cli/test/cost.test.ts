import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CallRecord, Totals } from '@resoftai/core'
import { openLedgerStore } from '@resoftai/storage'
import { showAmount } from '../src/commands/cost/amount.ts'
import { drawBar, drawGauge } from '../src/commands/cost/bar.ts'
import { addMonths, createCalendar, isDay } from '../src/commands/cost/calendar.ts'
import { csvLine } from '../src/commands/cost/csv.ts'
import { readTime, type Bound } from '../src/commands/cost/read-time.ts'
import { addAll, addUp, countUnpriced, notConverted } from '../src/commands/cost/sums.ts'
import { daysBetween, nameOf, sortSums } from '../src/commands/cost/view.ts'
import { writeWholeFile } from '../src/commands/cost/write-whole-file.ts'
import { findCandidates } from '../src/completion/candidates.ts'
import { finish, Sandbox } from './cli-process.ts'
import { hasTerminal, onTerminal } from './terminal.ts'

const total: Totals = {
  time: null,
  provider: null,
  model: null,
  agent: null,
  key: null,
  currency: 'CNY',
  calls: 1,
  failed: 0,
  estimated: 0,
  unpriced: 0,
  inputTokens: 10,
  outputTokens: 5,
  costNanos: 1_000_000_000n
}

describe('a time that somebody types', () => {
  const shanghai = createCalendar('Asia/Shanghai')
  // Noon of 2026-11-22 in Shanghai.
  const now = Date.parse('2026-11-22T04:00:00Z')

  test.each<[string, Bound, string | undefined]>([
    ['24h', 'since', '2026-11-21T04:00:00.000Z'],
    ['1d', 'since', '2026-11-21T16:00:00.000Z'],
    ['7d', 'since', '2026-11-15T16:00:00.000Z'],
    ['4w', 'since', '2026-10-25T16:00:00.000Z'],
    ['1m', 'since', '2026-10-22T16:00:00.000Z'],
    ['2026-11-01', 'since', '2026-10-31T16:00:00.000Z'],
    ['2026-11-01', 'until', '2026-11-01T16:00:00.000Z'],
    ['7d', 'until', '2026-11-15T16:00:00.000Z'],
    ['90d', 'olderThan', '2026-08-23T16:00:00.000Z'],
    ['1m', 'olderThan', '2026-10-21T16:00:00.000Z'],
    ['24h', 'olderThan', '2026-11-21T04:00:00.000Z'],
    ['2026-11-01', 'olderThan', '2026-10-31T16:00:00.000Z'],
    ...['yesterday', '', '0d', '-7d', '7', '7y', '1.5d', '2026-02-30', '2026-13-01', '2026-1-1', '7 d', '1000d'].map(
      typed => [typed, 'since', undefined] as [string, Bound, undefined]
    )
  ])('%j as %s is %s', (typed, bound, expected) => {
    const at = readTime(typed, bound, now, shanghai)
    expect(at === undefined ? undefined : new Date(at).toISOString()).toBe(expected)
  })

  test('what is older than a span is never less old than that', () => {
    for (const typed of ['1d', '30d', '1w', '48h']) {
      const days = { '1d': 1, '30d': 30, '1w': 7, '48h': 2 }[typed] ?? 0
      expect(now - (readTime(typed, 'olderThan', now, shanghai) ?? 0)).toBeGreaterThanOrEqual(days * 86_400_000)
    }
  })
})

describe('a day', () => {
  test.each([
    ['UTC', '2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['Asia/Shanghai', '2026-11-22', '2026-11-21T16:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-22', '2026-11-21T18:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-22', '2026-11-21T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-11-22', '2026-11-22T11:00:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    // The clock goes from midnight to one.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    // Midnight comes twice.
    ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00:00.000Z'],
    // There was no such day: the next one begins.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z']
  ])('in %s, %s begins at %s', (zone, day, expected) => {
    expect(new Date(createCalendar(zone).startOf(day)).toISOString()).toBe(expected)
  })

  test('holds all quarters of an hour of one date where people live, also when it has 23 hours or 25', () => {
    const { dayOf, startOf } = createCalendar('Europe/Berlin')
    for (const [day, next, hours] of [
      ['2026-03-29', '2026-03-30', 23],
      ['2026-10-25', '2026-10-26', 25]
    ] as const) {
      expect((startOf(next) - startOf(day)) / 3_600_000).toBe(hours)
      expect([dayOf(startOf(day) - 1), dayOf(startOf(day)), dayOf(startOf(next) - 1)]).toEqual([expect.not.stringContaining(day), day, day])
    }
  })

  test.each([
    ['2026-03-31', -1, '2026-02-28'],
    ['2028-03-31', -1, '2028-02-29'],
    ['2026-01-15', -1, '2025-12-15'],
    ['2026-11-22', -12, '2025-11-22']
  ])('%s and %d months is %s', (day, count, expected) => {
    expect(addMonths(day, count)).toBe(expected)
  })

  test('must exist', () => {
    expect(['2028-02-29', '2026-02-29', '2026-11-31', '2026-00-10', 'x'].map(isDay)).toEqual([true, false, false, false, false])
  })

  test('is listed with those between, up to 31', () => {
    expect(daysBetween('2026-10-30', '2026-11-02')).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'])
    expect(daysBetween('2026-10-01', '2026-10-31')).toHaveLength(31)
    expect(daysBetween('2026-10-01', '2026-11-01')).toBeUndefined()
  })
})

describe('sums', () => {
  const calendar = createCalendar('Asia/Shanghai')
  const at = (time: string, more: Partial<Totals> = {}): Totals => ({ ...total, time: Date.parse(time), ...more })

  test('join the quarters of an hour of a local day, each currency for itself', () => {
    const totals = [
      at('2026-11-20T15:45:00Z'),
      at('2026-11-20T16:00:00Z', { calls: 2, failed: 1 }),
      at('2026-11-21T15:45:00Z', { estimated: 1 }),
      at('2026-11-21T15:45:00Z', { currency: 'USD', costNanos: 7n })
    ]
    const sums = sortSums(
      addUp(totals, one => nameOf(one, 'day', calendar)),
      'day'
    )
    expect(
      sums.map(({ name, currency, calls, failed, estimated, inputTokens, outputTokens, costNanos }) => {
        return [name, currency, calls, failed, estimated, inputTokens, outputTokens, costNanos]
      })
    ).toEqual([
      ['2026-11-20', 'CNY', 1, 0, 0, 10, 5, 1_000_000_000n],
      ['2026-11-21', 'CNY', 3, 1, 1, 20, 10, 2_000_000_000n],
      ['2026-11-21', 'USD', 1, 0, 0, 10, 5, 7n]
    ])
  })

  test('name a model with its provider, and are sorted by currency with the dearest first', () => {
    const of = (provider: string, model: string, more: Partial<Totals>): Totals => ({ ...total, provider, model, ...more })
    const sums = addUp(
      [
        of('groq', 'a', { currency: null, costNanos: 0n }),
        of('groq', 'b', { currency: 'USD' }),
        of('zhipu', 'a', {}),
        of('zhipu', 'b', { costNanos: 3_000_000_000n })
      ],
      one => nameOf(one, 'model', calendar)
    )
    expect(sortSums(sums, 'model').map(({ name }) => name)).toEqual(['zhipu/b', 'zhipu/a', 'groq/b', 'groq/a'])
  })

  test('count calls that used nothing with those that have a cost, but never a call whose cost is not known', () => {
    const of = (provider: string, more: Partial<Totals>): Totals => ({ ...total, provider, ...more })
    const unpriced = { currency: null, costNanos: 0n }
    const sums = addUp(
      [
        of('one', { calls: 4 }),
        of('one', { ...unpriced, calls: 2, failed: 2 }),
        of('two', {}),
        of('two', { ...unpriced, calls: 3, failed: 1, unpriced: 2 }),
        of('three', { ...unpriced, calls: 5, failed: 5 })
      ],
      one => nameOf(one, 'provider', calendar)
    )
    expect(sums.map(({ name, currency, calls, failed }) => [name, currency, calls, failed])).toEqual([
      ['one', 'CNY', 6, 2],
      ['two', 'CNY', 1, 0],
      ['two', null, 3, 1],
      ['three', null, 5, 5]
    ])
    expect(countUnpriced(sums)).toBe(2)
    expect(addAll(sums).map(({ currency, calls, failed, costNanos }) => [currency, calls, failed, costNanos])).toEqual([
      ['CNY', 7, 2, 2_000_000_000n],
      [null, 8, 6, 0n]
    ])
    expect(notConverted(sums, 'USD')).toEqual(['CNY'])
  })
})

describe('a bar', () => {
  test.each([
    [0n, 8n, ''],
    [1n, 1_000_000n, '▏'],
    [1n, 8n, '▌'],
    [3n, 8n, '█▌'],
    [4n, 8n, '██'],
    [8n, 8n, '████'],
    [9n, 8n, '████'],
    [5n, 0n, '']
  ])('of %d of %d is %j', (part, whole, drawn) => {
    expect(drawBar(part, whole, 4)).toBe(drawn)
  })

  test.each([
    [0n, 0n, '░░░░░░░░░░'],
    [801n, 20n, '████████░░'],
    [1n, 0n, '█░░░░░░░░░'],
    [500n, 200n, '█████▒▒░░░'],
    [999n, 0n, '█████████░'],
    [999n, 1n, '█████████▒'],
    [1000n, 0n, '██████████'],
    [1200n, 0n, '██████████']
  ])('of a budget of 1000 with %d spent and %d held is %s', (spent, held, drawn) => {
    expect(drawGauge(spent, held, 1000n, 10)).toBe(drawn)
  })
})

describe('an amount', () => {
  test.each([
    [16_020_000_000n, '16.02'],
    [2_700_000n, '0.0027'],
    [0n, '0.00'],
    [1_234_567_890_000_000_000n, '1,234,567,890.00'],
    [1n, '0.000000001']
  ])('of %d billionths is %s', (nanos, shown) => {
    expect(showAmount(nanos, 'en')).toBe(shown)
  })
})

describe('a line of CSV', () => {
  test.each([
    ['plain cells', ['a', 1, true, null, ''], 'a,1,true,,\r\n'],
    ['commas, quotes and line ends', ['a,b', 'say "x"', 'a\nb'], '"a,b","say ""x""","a\nb"\r\n'],
    ['formulas', ['=1+1', '+1', '-1', '@A1', '\tx', '＝1'], "'=1+1,'+1,'-1,'@A1,'\tx,'＝1\r\n"],
    ['a formula in quotes', ['=HYPERLINK("x","y")'], `"'=HYPERLINK(""x"",""y"")"\r\n`],
    ['numbers below zero', [-1, -0.5], '-1,-0.5\r\n'],
    ['Chinese', ['开发者'], '开发者\r\n']
  ])('has %s', (_, cells, line) => {
    expect(csvLine(cells)).toBe(line)
  })
})

const call: CallRecord = {
  id: 'call',
  at: 0,
  provider: 'zhipu',
  model: 'glm-4.7',
  answeredModel: 'glm-4.7',
  agent: null,
  key: null,
  status: 'finished',
  inputTokens: 1000,
  cachedTokens: null,
  cacheWriteTokens: null,
  outputTokens: 200,
  reasoningTokens: null,
  estimated: false,
  costNanos: 1_250_000_000n,
  currency: 'CNY',
  rates: [],
  attempts: 1,
  durationMs: 900,
  firstEventMs: 300,
  unreserved: false
}

/** Of a call that was refused. */
const nothingUsed = { inputTokens: null, outputTokens: null, costNanos: null, currency: null }

describe('the command', () => {
  let sandbox: Sandbox
  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(() => sandbox.remove())

  // The days of the command are to be those of this process.
  const env = { TZ: Intl.DateTimeFormat().resolvedOptions().timeZone }
  const run = (args: readonly string[]) => sandbox.run(args, { env })

  /** Local noon, `days` ago: the tests would otherwise see another day at midnight. */
  function noon(days: number): number {
    const date = new Date()
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days, 12).getTime()
  }

  function dayBefore(days: number): string {
    const date = new Date(noon(days))
    return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0')).join('-')
  }

  async function record(...records: readonly Partial<CallRecord>[]): Promise<void> {
    const store = await openLedgerStore(`sqlite:${join(sandbox.home, 'resoftai.db')}`)
    for (const [index, one] of records.entries()) {
      await store.settle({ record: { ...call, id: `call-${index}`, at: noon(1), ...one }, charges: [] })
    }
    await store.close()
  }

  function configure(yaml: string): void {
    writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), yaml)
  }

  test('says what to do when nothing was recorded yet, and something else when nothing fits', async () => {
    expect(await run(['cost'])).toMatchObject({
      code: 0,
      stdout: 'No call is recorded yet. Ask something: resoftai chat "Hello"\n',
      stderr: ''
    })
    await record({})
    expect((await run(['cost', '-p', 'groq'])).stdout).toContain('No such call is recorded.')
    expect((await run(['cost', '--since', '1d'])).stdout).toContain('No such call is recorded.')
  })

  test('shows each day of the range, the empty ones too, and all of them together', async () => {
    await record(
      { at: noon(4) },
      { at: noon(2) },
      { at: noon(2), inputTokens: 2000 },
      { at: noon(2), status: 'rate_limit', ...nothingUsed }
    )
    const { code, stdout, stderr } = await run(['cost', '--since', '4d'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n').map(line => line.split(/ {2,}/))).toEqual([
      ['DAY', 'CALLS', 'FAILED', 'INPUT TOKENS', 'OUTPUT TOKENS', 'COST'],
      [dayBefore(3)],
      [dayBefore(2), '3', '1', '3,000', '400', '2.50 CNY'],
      [dayBefore(1)],
      [dayBefore(0)],
      ['TOTAL', '3', '1', '3,000', '400', '2.50 CNY'],
      ['']
    ])
    const middle = await run(['cost', '--since', dayBefore(3), '--until', dayBefore(2)])
    expect(middle.stdout.split('\n').map(line => line.split(' ')[0])).toEqual(['DAY', dayBefore(3), dayBefore(2), 'TOTAL', ''])
    const long = await run(['cost', '--since', 'all', '--until', dayBefore(4)])
    expect(long.stdout.split('\n')).toHaveLength(4)
    expect(long.stdout).toContain(dayBefore(4))
  })

  test('groups by provider, model, agent and key', async () => {
    await record({ agent: 'developer' }, { key: 'team', provider: 'groq', model: 'llama', currency: 'USD' })
    for (const [by, names] of [
      ['provider', ['zhipu', 'groq']],
      ['model', ['zhipu/glm-4.7', 'groq/llama']],
      ['agent', ['developer', '–']],
      ['key', ['–', 'team']]
    ] as const) {
      const { stdout } = await run(['cost', '--by', by])
      expect([
        by,
        stdout
          .split('\n')
          .slice(1, 3)
          .map(line => line.split(' ')[0])
      ]).toEqual([by, names])
    }
  })

  test('marks what is estimated and what is not known, and says what that means', async () => {
    await record({ estimated: true }, { provider: 'mine', model: 'own', costNanos: null, currency: null })
    const { stdout, stderr } = await run(['cost', '--by', 'provider'])
    expect(stdout).toMatch(/^zhipu .* ~1\.25 CNY$/m)
    expect(stdout).toMatch(/^mine +1 +1,000 +200 +\?$/m)
    expect(stderr).toMatch(/estimated.*\n\? The cost of 1 call\(s\) is not known.*resoftai prices set/)
  })

  test('converts at the rate of the day, and leaves what there is no rate for', async () => {
    const source = 'https://example.com'
    const rate = (days: number, value: string) => ({ from: 'USD', to: 'CNY', rate: value, source, date: dayBefore(days) })
    writeFileSync(join(sandbox.cwd, 'rates.json'), JSON.stringify({ version: 1, rates: [rate(9, '7'), rate(3, '8')] }))
    expect((await run(['prices', 'update', 'rates.json'])).code).toBe(0)
    const dollar = { provider: 'groq', currency: 'USD', costNanos: 1_000_000_000n }
    await record({ at: noon(5), ...dollar }, { at: noon(3), ...dollar }, { at: noon(3) }, { provider: 'other', currency: 'XAF' })
    const { stdout, stderr } = await run(['cost', '--by', 'provider', '--currency', 'cny'])
    expect(stdout).toMatch(/^groq +2 .* 15\.00 CNY$/m)
    expect(stdout).toMatch(/^other .* 1\.25 XAF$/m)
    expect(stdout).toMatch(/^TOTAL +3 .* 16\.25 CNY$/m)
    expect(stderr).toContain('There is no rate from XAF to CNY')
  })

  test('shows how budgets stand', async () => {
    configure('budgets:\n  - { name: daily, per: day, limit: 20 CNY }\n  - { name: once, per: request, limit: 1 CNY }\n')
    expect((await run(['cost'])).stdout).toMatch(
      /\n\ndaily +0\.00 of 20\.00 CNY · resets \d{4}-\d\d-\d\d 00:00\nonce +at most 1\.00 CNY for a request\n$/
    )
  })

  test('gives programs exact money', async () => {
    configure('budgets: [{ name: daily, per: day, limit: 20 CNY, time_zone: UTC }]\n')
    await record({ costNanos: 1n }, { status: 'timeout', ...nothingUsed })
    const result = await run(['cost', '--by', 'model', '--json'])
    const cost = { amount: '0.000000001', nanos: '1', currency: 'CNY' }
    const sum = { calls: 2, failed: 1, estimated: 0, unpriced: 0, inputTokens: 1000, outputTokens: 200, cost }
    const zero = { amount: '0.000000000', nanos: '0', currency: 'CNY' }
    const limit = { amount: '20.000000000', nanos: '20000000000', currency: 'CNY' }
    const today = new Date().toISOString().slice(0, 10)
    expect(result.json()).toEqual({
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      until: null,
      timeZone: expect.any(String),
      by: 'model',
      rows: [{ name: 'zhipu/glm-4.7', ...sum }],
      totals: [sum],
      notConverted: [],
      budgets: [
        {
          name: 'daily',
          per: 'day',
          period: today,
          scope: '',
          limit,
          settled: zero,
          reserved: zero,
          resetsAt: expect.stringMatching(/T00:00:00\.000Z$/)
        }
      ]
    })
  })

  test.each([
    [['cost', '--since', 'yesterday'], '24h, 7d, 4w, 3m'],
    [['cost', '--until', 'all'], '2026-11-01'],
    [['cost', '--since', '2026-11-02', '--until', '2026-11-01'], '--until is not later than --since.'],
    [['cost', '--by', 'hour'], 'day, provider, model, agent, key'],
    [['cost', '--currency', 'yuan'], 'CNY, USD or EUR'],
    [['cost', 'exprt'], 'too many arguments'],
    [['cost', '--by', 'model', 'export'], 'There is no option --by.'],
    [['cost', 'prune', '--older-than', '1d', '--yes', '--since', '7d'], 'There is no option --since.'],
    [['cost', '-p', 'groq', 'prune', '--older-than', '1d', '--yes'], 'There is no option --provider.'],
    [['cost', 'export', '--format', 'xlsx'], 'csv, jsonl'],
    [['cost', 'export', '--json'], '-o'],
    [['cost', 'prune'], '--older-than is missing.'],
    [['cost', 'prune', '--older-than', 'all', '--yes'], '2026-11-01'],
    [['cost', 'prune', '--older-than', '90d'], '--yes']
  ])('exits with 2 and says what is possible: %j', async (args, said) => {
    const { code, stderr } = await run(args)
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(said) })
  })

  describe('export', () => {
    test('writes every record as CSV, harmless for a spreadsheet and a terminal', async () => {
      await record(
        { at: Date.parse('2026-11-01T00:00:00.123Z'), costNanos: 2_700_000n, agent: '=HYPERLINK("x")' },
        { at: Date.parse('2026-11-02T00:00:00Z'), answeredModel: 'a,\u001b[31m', key: 'a "team"', costNanos: null, currency: null },
        { at: Date.parse('2026-11-03T00:00:00Z'), rates: [{ from: 'USD', to: 'CNY', rate: '7.1', date: '2026-11-20' }] }
      )
      const { code, stdout, stderr } = await run(['cost', 'export'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '3 record(s).\n' })
      expect(stdout.split('\r\n')).toEqual([
        'id,time,provider,model,answered_model,agent,key,status,input_tokens,cached_tokens,cache_write_tokens,output_tokens,reasoning_tokens,estimated,cost,currency,rates,attempts,duration_ms,first_event_ms,unreserved',
        `call-0,2026-11-01T00:00:00.123Z,zhipu,glm-4.7,glm-4.7,"'=HYPERLINK(""x"")",,finished,1000,,,200,,false,0.002700000,CNY,,1,900,300,false`,
        'call-1,2026-11-02T00:00:00.000Z,zhipu,glm-4.7,"a,\\x1b[31m",,"a ""team""",finished,1000,,,200,,false,,,,1,900,300,false',
        'call-2,2026-11-03T00:00:00.000Z,zhipu,glm-4.7,glm-4.7,,,finished,1000,,,200,,false,1.250000000,CNY,USD/CNY 7.1 2026-11-20,1,900,300,false',
        ''
      ])
    })

    test('writes JSON Lines, of what is asked for only', async () => {
      await record({}, { at: noon(40) }, { provider: 'groq' }, { rates: [{ from: 'USD', to: 'CNY', rate: '7.1', date: '2026-11-20' }] })
      const { stdout } = await run(['cost', 'export', '--format', 'jsonl', '--since', '30d', '-p', 'zhipu'])
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as Record<string, unknown>)
      expect(rows.map(({ id }) => id)).toEqual(['call-0', 'call-3'])
      expect(rows[0]).toMatchObject({ cost: '1.250000000', input_tokens: 1000, cached_tokens: null, estimated: false, rates: [] })
      expect(rows[1]).toMatchObject({ rates: [{ from: 'USD', to: 'CNY', rate: '7.1', date: '2026-11-20' }] })
    })

    test('writes a file that only its owner may read, and replaces another one only when told to', async () => {
      await record({}, {})
      const file = join(sandbox.cwd, 'calls.jsonl')
      const written = await run(['cost', '--json', 'export', '-o', 'calls.jsonl'])
      expect(written.json()).toEqual({ file, format: 'jsonl', records: 2 })
      expect((statSync(file).mode & 0o777).toString(8)).toBe('600')
      expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2)
      const refused = await run(['cost', 'export', '-o', 'calls.jsonl', '--format', 'csv'])
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--force') })
      const replaced = await run(['cost', 'export', '-o', 'calls.jsonl', '--format', 'csv', '--force'])
      expect(replaced).toMatchObject({ code: 0, stdout: `Wrote 2 record(s) to ${file}.\n` })
      expect(readFileSync(file, 'utf8')).toMatch(/^id,/)
      expect(readdirSync(sandbox.cwd)).toEqual(['calls.jsonl'])
    })

    test('says that a file cannot be written', async () => {
      const { code, stderr } = await run(['cost', 'export', '-o', 'nowhere/calls.csv'])
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cannot be written (ENOENT)') })
    })

    test('keeps a file that somebody else has put there in the meantime, and leaves nothing of one that was not written to its end', async () => {
      const file = join(sandbox.cwd, 'calls.csv')
      const { signal } = new AbortController()
      async function* lines(): AsyncGenerator<string> {
        yield 'mine'
        writeFileSync(file, 'theirs')
      }
      await expect(writeWholeFile(file, lines(), { force: false, signal })).rejects.toMatchObject({ code: 'EEXIST' })
      expect(readFileSync(file, 'utf8')).toBe('theirs')
      async function* broken(): AsyncGenerator<string> {
        yield 'mine'
        throw new Error('the ledger is gone')
      }
      await expect(writeWholeFile(file, broken(), { force: true, signal })).rejects.toThrow('the ledger is gone')
      expect([readFileSync(file, 'utf8'), readdirSync(sandbox.cwd)]).toEqual(['theirs', ['calls.csv']])
    })

    test('never replaces what is no file', async () => {
      symlinkSync(join(sandbox.cwd, 'other.csv'), join(sandbox.cwd, 'link.csv'))
      for (const name of ['link.csv', '.']) {
        expect(await run(['cost', 'export', '-o', name, '--force'])).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('is not a regular file')
        })
      }
    })

    test('ends quietly when nobody reads on', async () => {
      await record(...Array.from({ length: 2000 }, () => ({})))
      const child = sandbox.start(['cost', 'export'])
      child.stdin.end()
      child.stdout.once('data', () => child.stdout.destroy())
      const { code, stderr } = await finish(child)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    })
  })

  describe('prune', () => {
    test('removes what is old, and only that', async () => {
      await record({ at: noon(100) }, { at: noon(89) }, {})
      const pruned = await run(['cost', 'prune', '--older-than', '90d', '--yes'])
      expect(pruned).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Removed 1 record\(s\) from before \d{4}-\d\d-\d\d 00:00\.\n$/)
      })
      const again = await run(['cost', 'prune', '--older-than', '90d', '--yes', '--json'])
      expect(again.json()).toEqual({ before: expect.any(String), removed: 0 })
      expect((await run(['cost', 'export'])).stderr).toBe('2 record(s).\n')
    })
  })

  ;(hasTerminal ? describe : describe.skip)('on a terminal', () => {
    test('draws bars and gauges', async () => {
      configure('budgets: [{ name: daily, per: day, limit: 20 CNY }]\n')
      await record({ at: noon(1) }, { at: noon(0), costNanos: 2_500_000_000n })
      const { text } = await onTerminal(sandbox, ['cost', '--since', '2d'], [], env)
      const [first = '', second = ''] = text
        .split('\n')
        .slice(1, 3)
        .map(line => /█*$/.exec(line)?.[0] ?? '')
      expect(first.length).toBeGreaterThan(8)
      expect(second.length).toBe(first.length * 2)
      // What was spent before the budget was first asked counts.
      expect(text).toContain('daily  █░░░░░░░░░  2.50 of 20.00 CNY')
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    })

    test('asks before it removes anything', async () => {
      await record({ at: noon(100) }, { at: noon(101) })
      const prune = ['cost', 'prune', '--older-than', '90d']
      const kept = await onTerminal(sandbox, prune, [{ expect: 'Remove 2 record(s)', send: '\r' }], env)
      expect(kept.text).toContain('Nothing was removed.')
      const gone = await onTerminal(sandbox, prune, [{ expect: 'Remove 2 record(s)', send: 'y' }], env)
      expect(gone.text).toContain('Removed 2 record(s)')
      expect((await run(['cost', 'export'])).stderr).toBe('0 record(s).\n')
    })
  })
})

test('the shell completes subcommands, options and their words', () => {
  const words = (...typed: readonly string[]) => {
    const found = findCandidates(typed)
    return typeof found === 'string' ? found : found.map(({ word }) => word)
  }
  expect(words('cost', '')).toEqual(['export', 'prune'])
  expect(words('cost', '--')).toEqual(expect.arrayContaining(['--since', '--by', '--json']))
  expect(words('cost', '--by', '')).toEqual(['day', 'provider', 'model', 'agent', 'key'])
  expect(words('cost', 'export', '--')).toEqual(expect.arrayContaining(['--format', '--output', '--force']))
  expect(words('cost', 'export', '--format', '')).toEqual(['csv', 'jsonl'])
  expect(words('cost', 'prune', '--')).not.toContain('--since')
  expect(findCandidates([''])).toContainEqual({ word: 'cost', text: 'command.cost' })
})
