import { createServer, type Server } from 'node:http'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Sandbox } from './cli-process.ts'

interface Listed {
  readonly prices: readonly { service: string; model: string; currency: string; input?: string; own: boolean }[]
}

const set = ['prices', 'set', 'v3/gpt-4o', '--input', '1.2', '--output', '3.4', '--currency', 'CNY']
const entry = {
  service: 'v3',
  model: 'new-model',
  currency: 'USD',
  input: '1',
  output: '2',
  source: 'https://example.com',
  date: '2026-11-21'
}
let sandbox: Sandbox
let server: Server | undefined

beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(async () => {
  await new Promise(resolve => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
  sandbox.remove()
})

function write(name: string, content: unknown): string {
  const file = join(sandbox.cwd, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function serve(status: number, body: string): Promise<string> {
  const made = createServer((_, response) => response.writeHead(status).end(body))
  server = made
  await new Promise<void>(resolve => made.listen(0, '127.0.0.1', resolve))
  const address = made.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/prices.json`
}

describe('prices list', () => {
  test('shows one line for each tier, and what the price depends on', async () => {
    const { code, stdout, stderr } = await sandbox.run(['prices', 'list', '--provider', 'zhipu'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^SERVICE +MODEL +CURRENCY +INPUT +CACHED +OUTPUT +WHEN +AS OF$/m)
    expect(stdout).toMatch(
      /^zhipu +glm-4\.7 +CNY +2 +0\.4 +8 +input < 32000, output < 200 +2026-\d\d-\d\d$\n^ +3 +0\.6 +14 +input < 32000$\n^ +4 +0\.8 +16$/m
    )
    expect(stdout).not.toContain('openai')
  })

  test('gives programs every price with its source', async () => {
    const { prices } = (await sandbox.run(['prices', 'list', '--json'])).json<Listed>()
    expect(prices.length).toBeGreaterThan(100)
    expect(prices).toContainEqual(
      expect.objectContaining({ service: 'openai', model: 'gpt-4o', input: '2.5', own: false, source: expect.any(String) })
    )
  })
})

describe('prices show', () => {
  test('finds a dated name, and names the source', async () => {
    const shown = await sandbox.run(['prices', 'show', 'openai/gpt-4o-2024-08-06'])
    expect(shown.stdout).toMatch(/openai +gpt-4o +USD +2\.5 +1\.25 +10[^]*Source: .*https:/)
  })

  test('exits with 3 for a model without a price, and with 2 for what is no model', async () => {
    const unknown = await sandbox.run(['prices', 'show', 'openai/gpt-99'])
    expect(unknown).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('resoftai prices set openai/gpt-99') })
    expect((await sandbox.run(['prices', 'show', 'gpt-4o'])).code).toBe(2)
  })
})

describe('prices set', () => {
  test('writes a price that is then shown as own and hides that of the list', async () => {
    expect((await sandbox.run(set)).stdout).toBe('v3/gpt-4o costs 1.2 CNY for a million tokens of input and 3.4 CNY for as much output.\n')
    expect((await sandbox.run(['prices', 'set', 'openai/gpt-4o', '--input', '1', '--output', '2'])).code).toBe(0)
    const { prices } = (await sandbox.run(['prices', 'list', '--json'])).json<Listed>()
    const found = prices.filter(({ model }) => model === 'gpt-4o').map(({ service, currency, own }) => [service, currency, own])
    expect(found).toEqual([
      ['v3', 'CNY', true],
      ['openai', 'USD', true]
    ])
  })

  test.each([
    ['an amount is missing', ['--input', '1'], '--output is missing.', 2],
    ['an amount is no decimal', ['--input', '1e3', '--output', '1'], '--input must be a decimal', 2],
    ['the currency is none', ['--input', '1', '--output', '1', '--currency', 'yuan'], 'three capital letters', 6],
    ['there is no such day', ['--input', '1', '--output', '1', '--from', '2026-02-30'], 'There is no day 2026-02-30', 6]
  ])('writes nothing when %s', async (_, options, said, code) => {
    const result = await sandbox.run(['prices', 'set', 'v3/gpt-4o', ...options])
    expect(result.stderr).toContain(said)
    expect(result.code).toBe(code)
    expect((await sandbox.run(['prices', 'list', '--provider', 'v3'])).stdout).toBe('No price is known.\n')
  })
})

describe('prices update', () => {
  test('takes over a file, and keeps what was set by hand', async () => {
    await sandbox.run(set)
    const file = write('new.json', { version: 1, prices: [entry, { ...entry, model: 'gpt-4o' }] })
    expect((await sandbox.run(['prices', 'update', 'new.json', '--json'])).json()).toEqual({ from: file, prices: 2, rates: 0 })
    const { prices } = (await sandbox.run(['prices', 'list', '--provider', 'v3', '--json'])).json<Listed>()
    expect(prices.map(({ model, input }) => [model, input])).toEqual([
      ['gpt-4o', '1.2'],
      ['new-model', '1']
    ])
  })

  test('exits with 6 and every mistake of a bad file, and keeps the last good list', async () => {
    await sandbox.run(set)
    const own = join(sandbox.home, 'prices.json')
    const before = readFileSync(own, 'utf8')
    write('bad.json', { version: 1, prices: [{ ...entry, input: 0.5, cashed: '1' }] })
    const result = await sandbox.run(['prices', 'update', 'bad.json', '--json'])
    expect(result.code).toBe(6)
    expect(result.json<{ error: { problems: { path: string }[] } }>().error.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['prices.0.input', 'prices.0.cashed'])
    )
    expect(readFileSync(own, 'utf8')).toBe(before)
  })

  test('takes over an address', async () => {
    const url = await serve(200, JSON.stringify({ version: 1, prices: [entry] }))
    expect((await sandbox.run(['prices', 'update', url])).stdout).toBe(`Took over 1 prices and 0 exchange rates from ${url}.\n`)
    expect((await sandbox.run(['prices', 'show', 'v3/new-model'])).code).toBe(0)
  })

  test.each([
    ['a page is gone', 404, 'gone', 8, 'status 404'],
    ['it is no list', 200, '<html>', 6, 'not valid JSON']
  ])('changes nothing when %s at the address', async (_, status, body, code, said) => {
    const result = await sandbox.run(['prices', 'update', await serve(status, body)])
    expect(result).toMatchObject({ code, stderr: expect.stringContaining(said) })
    expect((await sandbox.run(['prices', 'list', '--provider', 'v3'])).stdout).toBe('No price is known.\n')
  })

  test('refuses an address without TLS', async () => {
    expect(await sandbox.run(['prices', 'update', 'http://prices.example/list.json'])).toMatchObject({ code: 2 })
  })
})

test('a list that somebody broke is said, and the last good one is used', async () => {
  await sandbox.run(set)
  writeFileSync(join(sandbox.home, 'prices.json'), '{')
  const listed = await sandbox.run(['prices', 'list', '--provider', 'v3'])
  expect(listed).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/prices\.json.*not valid JSON/),
    stdout: expect.stringContaining('gpt-4o')
  })
})
