import { execFile } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { isHostError, type HostError } from '../error.ts'
import { secretStore } from './secret-store.ts'

const canary = 'sk-canary-0123456789-wxyz'
let root: string
let home: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'resoftai secrets 中文-'))
  home = join(root, 'deep/home')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function failure(work: () => unknown): HostError {
  try {
    work()
  } catch (error) {
    if (isHostError(error)) {
      expect(`${inspect(error, { depth: Infinity, showHidden: true })}${JSON.stringify(error)}`).not.toContain('canary')
      return error
    }
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('secretStore', () => {
  it('keeps secrets by provider and field, until they are taken out', () => {
    const store = secretStore({ home })
    expect([store.get('groq', 'api_key'), store.list(), store.unset('groq', 'api_key'), store.warning()]).toEqual([
      undefined,
      [],
      false,
      undefined
    ])
    expect(existsSync(home)).toBe(false)
    store.set('groq', 'api_key', 'old')
    store.set('groq', 'api_key', canary)
    store.set('zhipu', 'api_key', 'tiny')
    expect(secretStore({ home }).get('groq', 'api_key')).toBe(canary)
    expect(store.list()).toEqual([
      { provider: 'groq', field: 'api_key', masked: 'sk-…wxyz' },
      { provider: 'zhipu', field: 'api_key', masked: '…' }
    ])
    expect(store.unset('groq', 'api_key')).toBe(true)
    expect(store.get('groq', 'api_key')).toBeUndefined()
    expect(store.list()).toHaveLength(1)
    expect(inspect(store, { depth: Infinity })).not.toContain('tiny')
  })

  it('lets nobody else read them, and leaves nothing half done behind', () => {
    secretStore({ home }).set('a', 'b', canary)
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
    expect(statSync(home).mode & 0o777).toBe(0o700)
    expect(readdirSync(home)).toEqual(['secrets.json'])
  })

  it('says when others may read the file or change its folder, and how to stop that', () => {
    const store = secretStore({ home })
    store.set('a', 'b', canary)
    expect(store.warning()).toBeUndefined()
    chmodSync(join(home, 'secrets.json'), 0o644)
    expect(store.warning()).toContain(`chmod 600 '${join(home, 'secrets.json')}'`)
    chmodSync(home, 0o777)
    expect(store.warning()).toContain(`chmod 700 '${home}'`)
    store.set('a', 'c', 'x')
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('follows no symbolic link, neither to read nor to write', () => {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(root, 'elsewhere'), JSON.stringify({ version: 1, secrets: { a: { b: canary } } }))
    symlinkSync(join(root, 'elsewhere'), join(home, 'secrets.json'))
    const before = readFileSync(join(root, 'elsewhere'), 'utf8')
    const store = secretStore({ home })
    for (const work of [() => store.get('a', 'b'), () => store.set('a', 'b', 'x'), () => store.list()]) {
      expect(failure(work)).toMatchObject({ kind: 'config', message: expect.stringContaining('symbolic link') })
    }
    expect(readFileSync(join(root, 'elsewhere'), 'utf8')).toBe(before)
  })

  it('works in a home that is a link to a folder', () => {
    mkdirSync(home, { recursive: true })
    symlinkSync(home, join(root, 'link'))
    secretStore({ home: join(root, 'link') }).set('a', 'b', 'x')
    expect(secretStore({ home }).get('a', 'b')).toBe('x')
  })

  it.each([
    `{"version":1,"secrets":{"a":{"b":"${canary}"`,
    canary,
    '[]',
    'null',
    `{"version":2,"secrets":{"a":{"b":"${canary}"}}}`,
    `{"version":1,"secrets":{"a":["${canary}"]}}`,
    '{"version":1,"secrets":{"a":{"b":7}}}'
  ])('refuses a broken file without showing it: %s', text => {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'secrets.json'), text)
    const store = secretStore({ home })
    expect(failure(() => store.get('a', 'b'))).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('secrets.json'),
      hint: expect.any(String)
    })
    failure(() => store.set('a', 'b', canary))
    expect(readFileSync(join(home, 'secrets.json'), 'utf8')).toBe(text)
  })

  it.each(['', ' padded', 'two\nlines', 'nul\0', 'bell\u0007', 'sk-…abcd', 'Bearer abc', '“quoted”'])('refuses the secret %j', secret => {
    expect(failure(() => secretStore({ home }).set('a', 'b', secret)).kind).toBe('usage')
    expect(existsSync(home)).toBe(false)
  })

  it.each([
    ['__proto__', 'b'],
    ['a/b', 'c'],
    ['', 'b'],
    ['a', '__proto__'],
    ['a', 'b.c']
  ])('refuses the name %j %j', (provider, field) => {
    expect(failure(() => secretStore({ home }).set(provider, field, 'x')).kind).toBe('usage')
  })

  it('knows nobody by a name of the language', () => {
    const store = secretStore({ home })
    expect([store.get('constructor', 'name'), store.get('__proto__', 'toString')]).toEqual([undefined, undefined])
  })

  it('says what to do when the home cannot be made', () => {
    writeFileSync(join(root, 'file'), '')
    const store = secretStore({ home: join(root, 'file/home') })
    expect(failure(() => store.set('a', 'b', canary))).toMatchObject({ kind: 'config', hint: expect.stringContaining('RESOFTAI_HOME') })
  })

  it('says which lock to remove when a killed command left one', () => {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'secrets.json.lock'), '999999999')
    expect(failure(() => secretStore({ home }).set('a', 'b', canary))).toMatchObject({
      kind: 'busy',
      hint: expect.stringContaining('remove')
    })
    expect(existsSync(join(home, 'secrets.json'))).toBe(false)
  })

  it('loses no secret when many processes write at once', async () => {
    const script = `
      const { secretStore } = await import(${JSON.stringify(new URL('secret-store.ts', import.meta.url).href)})
      for (let round = 0; round < 5; round++) secretStore({ home: process.argv[1] }).set('p' + process.argv[2], 'f' + round, 'secret')`
    const run = promisify(execFile)
    await Promise.all(['1', '2', '3', '4'].map(number => run(process.execPath, ['--input-type=module', '-e', script, home, number])))
    expect(secretStore({ home }).list()).toHaveLength(20)
    expect(readdirSync(home)).toEqual(['secrets.json'])
  })
})
