import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHost, type CallRecord, type Host, type HostOptions, type ProviderClient } from 'resoftai'
import { completion, delta, finished, said } from '../faults/support.ts'

/** Noon of a Saturday in UTC. */
const noon = Date.parse('2026-11-21T12:00:00Z')
/** Of the rate too, for the newest counts and the host brings one. */
const date = '2026-11-21'

/** By provider, for a million tokens, with places that no whole number of nano-units pays. Nobody else sells `m1`. */
const prices = {
  one: { currency: 'USD', input: '2.0135791', output: '8.00000301' },
  two: { currency: 'CNY', input: '14.2468013', output: '56.0000017' }
}
const yuanForDollar = '7.1234'

export interface Setup {
  /** Where the providers `one` and `two` are. */
  readonly url: string
  /** Default: a folder of its own, removed at the end. */
  readonly home?: string
  readonly budgets?: readonly object[]
  readonly storage?: object
  /** Fields of both providers. */
  readonly settings?: object
  /** Other keys of the configuration. */
  readonly config?: object
  /** Fields of each price. */
  readonly price?: object
  readonly clock?: () => number
  readonly overrides?: HostOptions['overrides']
  readonly ledger?: boolean
}

export interface Opened extends AsyncDisposable {
  readonly home: string
  readonly host: Host
  readonly one: ProviderClient
  readonly two: ProviderClient
}

/** A host whose calls have prices. Its clock stands at noon unless told otherwise. */
export async function openHost(setup: Setup): Promise<Opened> {
  const { url, budgets = [], storage = {}, settings = {}, config = {}, price = {}, clock = () => noon, overrides, ledger = false } = setup
  const home = setup.home ?? makeHome()
  const priced = Object.entries(prices).map(([service, rates]) => ({
    service,
    model: 'm1',
    source: 'set by hand',
    date,
    ...rates,
    ...price
  }))
  const rates = [{ from: 'USD', to: 'CNY', rate: yuanForDollar, source: 'a test', date }]
  writeFileSync(join(home, 'prices.json'), JSON.stringify({ version: 1, rates, prices: priced }))
  const provider = (name: string) => ({
    plugin: 'openai-compatible',
    api_base: `${url}/${name}`,
    api_key: 'sk-invented-key',
    default_model: 'm1',
    retry: { base_delay: 0.01 },
    breaker: { failures: 0 },
    ...settings
  })
  const providers = { one: provider('one'), two: provider('two') }
  const host = await createHost({
    env: {},
    cwd: home,
    home,
    config: { providers, budgets, storage, log: { level: 'silent' }, ...config },
    overrides: { clock, ...overrides },
    ledger
  })
  return {
    home,
    host,
    one: await host.provider('one'),
    two: await host.provider('two'),
    async [Symbol.asyncDispose]() {
      await host.close()
      if (setup.home === undefined) rmSync(home, { recursive: true, force: true })
    }
  }
}

export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'resoftai-budgets-'))
}

export interface Used {
  readonly input: number
  readonly output: number
}

/** What a call costs, reckoned apart from the host: nano-units of the currency of its provider. */
export function costOf(provider: string, { input, output }: Used): bigint {
  const price = provider === 'two' ? prices.two : prices.one
  return halfUp(BigInt(input) * nanos(price.input), 1_000_000n) + halfUp(BigInt(output) * nanos(price.output), 1_000_000n)
}

/** The same amount in a currency of `prices`. */
export function inCurrency(cost: bigint, from: string, to: string): bigint {
  if (from === to) return cost
  const [rate, scale] = [nanos(yuanForDollar), 1_000_000_000n]
  return from === 'USD' ? halfUp(cost * rate, scale) : halfUp(cost * scale, rate)
}

/** `1.5` as nano-units. */
export function nanos(written: string): bigint {
  const [whole = '0', fraction = ''] = written.split('.')
  return BigInt(whole + fraction.padEnd(9, '0'))
}

function halfUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n)
}

export async function recordsOf(host: Host): Promise<readonly CallRecord[]> {
  const records: CallRecord[] = []
  for await (const record of host.ledger.records({})) records.push(record)
  return records
}

/** The only account of the only budget. */
export async function balanceOf(host: Host): Promise<{ readonly settled: bigint; readonly reserved: bigint }> {
  const [state, ...others] = await host.ledger.budgets()
  if (state === undefined || others.length > 0) throw new Error(`expected one account, got ${state === undefined ? 0 : others.length + 1}`)
  return { settled: state.settledNanos, reserved: state.reservedNanos }
}

/** What the vendor says of a reply. */
function usageOf({ input, output }: Used): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

export function wholeReply(used: Used, content = 'Hello'): object {
  return completion(content, { usage: usageOf(used) })
}

export function streamedReply(used: Used, content = 'Hello'): readonly object[] {
  return [said(content), finished(), told(used)]
}

/** The chunk that says what was used. */
export function told(used: Used): object {
  return { ...delta({}), choices: [], usage: usageOf(used) }
}
