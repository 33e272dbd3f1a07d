import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isHostError } from '../error.ts'
import { openPrices, setPrice, updatePrices } from './commands.ts'

const mine = { service: 'openai', model: 'gpt-4o', currency: 'USD', input: '1', output: '2', date: '2026-11-21' }
const brought = { ...mine, model: 'new-model', source: 'https://example.com/prices' }
let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'resoftai-prices-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function write(name: string, content: unknown): string {
  const file = join(home, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

async function own(): Promise<readonly string[]> {
  const book = await openPrices({ home })
  return book.prices().flatMap(price => (price.own ? [`${price.model} ${price.input}`] : []))
}

async function failure(work: Promise<unknown>): Promise<{ kind: string; problems: readonly { path?: string; message: string }[] }> {
  const error: unknown = await work.catch((thrown: unknown) => thrown)
  if (!isHostError(error)) throw new Error('It did not fail with a HostError.')
  return error
}

describe('own prices', () => {
  test('are written for their owner only, and a second one takes the place of the first, unless it begins later', async () => {
    await setPrice(mine, { home })
    await setPrice({ ...mine, input: '3' }, { home })
    expect(await own()).toEqual(['gpt-4o 3'])
    await setPrice({ ...mine, input: '5', from: '2027-01-01' }, { home })
    expect(await own()).toEqual(['gpt-4o 3', 'gpt-4o 5'])
    expect(statSync(join(home, 'prices.json')).mode & 0o077).toBe(0)
  })

  test('are not written when they are none', async () => {
    const error = await failure(setPrice({ ...mine, input: '-1', currency: 'dollars' }, { home }))
    expect(error.problems.map(({ path }) => path)).toEqual(expect.arrayContaining(['prices.0.input', 'prices.0.currency']))
    expect(await own()).toEqual([])
  })

  test('that were set by hand survive an update and win over it; what an earlier update brought does not', async () => {
    await setPrice(mine, { home })
    await updatePrices(write('one.json', { version: 1, prices: [{ ...brought, model: 'old-model' }] }), { home })
    await updatePrices(write('two.json', { version: 1, prices: [{ ...mine, source: 'x', input: '9' }, brought] }), { home })
    expect(await own()).toEqual(['gpt-4o 1', 'new-model 1'])
  })

  test('of a file cannot pretend to be set by hand', async () => {
    await setPrice(mine, { home })
    const { source } = JSON.parse(readFileSync(join(home, 'prices.json'), 'utf8')).prices[0] as { source: string }
    await updatePrices(write('new.json', { version: 1, prices: [{ ...brought, source }] }), { home })
    await updatePrices(write('new.json', { version: 1 }), { home })
    expect(await own()).toEqual(['gpt-4o 1'])
  })

  test.each([
    ['is no JSON', '{', /not valid JSON/],
    [
      'has a fraction that JSON would round',
      { version: 1, prices: [{ ...brought, input: 0.1 }] },
      /must be a text or a whole number, not a number|fraction/
    ],
    ['has an unknown key', { version: 1, prices: [{ ...brought, cashed: '1' }] }, /Unknown key "cashed"/],
    ['has a day that does not exist', { version: 1, prices: [{ ...brought, date: '2026-02-30' }] }, /no day 2026-02-30/],
    ['has hours over midnight', { version: 1, prices: [{ ...brought, hours: ['22:00-02:00'] }] }, /ends before it begins/],
    ['has no rates', { version: 1, prices: [{ ...brought, input: undefined, output: undefined }] }, /must have input and output, or tiers/],
    ['is of another version', { version: 2 }, /must be 1/]
  ])('refuse a file that %s, and stay as they were', async (_, content, said) => {
    await setPrice(mine, { home })
    const before = readFileSync(join(home, 'prices.json'), 'utf8')
    const error = await failure(updatePrices(write('new.json', content), { home }))
    expect(error).toMatchObject({ kind: 'config' })
    expect(error.problems.map(({ message }) => message).join('\n')).toMatch(said)
    expect(readFileSync(join(home, 'prices.json'), 'utf8')).toBe(before)
  })

  test('that somebody broke are replaced by the last good ones, with the problems, and are not written over', async () => {
    await setPrice(mine, { home })
    const broken = write('prices.json', '{ "version": 1, "prices": 3 }')
    const book = await openPrices({ home })
    expect(book.problems).toEqual([expect.objectContaining({ file: broken, path: 'prices' })])
    expect(await own()).toEqual(['gpt-4o 1'])
    expect(await failure(setPrice({ ...mine, model: 'other' }, { home }))).toMatchObject({ kind: 'config' })
    expect(readFileSync(broken, 'utf8')).toBe('{ "version": 1, "prices": 3 }')
  })

  test('are not written when they could not be read again', async () => {
    const prices = Array.from({ length: 6_500 }, (_, index) => ({ ...brought, model: `m${index}` }))
    expect(await failure(updatePrices(write('new.json', { version: 1, prices }), { home }))).toMatchObject({ kind: 'config' })
    expect(await own()).toEqual([])
  })

  test('that cannot be read leave the curated ones in use', async () => {
    chmodSync(write('prices.json', 'nonsense'), 0o600)
    const book = await openPrices({ home })
    expect(book.problems).toHaveLength(1)
    expect(book.prices().length).toBeGreaterThan(100)
  })
})
