import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openStorage, type ClientKey } from '@resoftai/storage'
import { findCandidates } from '../src/completion/candidates.ts'
import { readSpan } from '../src/commands/keys/read-span.ts'
import { Sandbox, type CliOptions, type CliResult } from './cli-process.ts'
import { hasTerminal, onTerminal } from './terminal.ts'

const hourMs = 3_600_000
const oneKey = /^rk-[\w-]{43}\n$/

let sandbox: Sandbox
let file: string

beforeEach(() => {
  sandbox = new Sandbox()
  file = join(sandbox.home, 'resoftai.db')
})

afterEach(() => sandbox.remove())

const keys = (args: readonly string[], options?: CliOptions): Promise<CliResult> => sandbox.run(['keys', ...args], options)

async function stored(url = `sqlite:${file}`): Promise<readonly ClientKey[]> {
  const storage = await openStorage(url)
  try {
    return await storage.keys.list()
  } finally {
    await storage.close()
  }
}

/** The key that the gateway would see behind a secret. */
async function found(secret: string): Promise<ClientKey | undefined> {
  const storage = await openStorage(`sqlite:${file}`)
  try {
    const digest = createHash('sha256').update(secret.trim()).digest('hex')
    return (await storage.keys.find(digest))?.key
  } finally {
    await storage.close()
  }
}

describe('create', () => {
  test('writes the key alone to standard output, and what it is to standard error', async () => {
    const { code, stdout, stderr } = await keys(['create', 'ci'])
    expect(code).toBe(0)
    expect(stdout).toMatch(oneKey)
    expect(stderr).toContain('This is the key ci, shown this once.')
    expect(stderr).not.toContain(stdout.trim())
    expect(await found(stdout)).toMatchObject({
      name: 'ci',
      role: 'client',
      shown: `${stdout.slice(0, 7)}…`,
      models: null,
      expiresAt: null
    })
  })

  test('sets every limit that is named', async () => {
    const before = Date.now()
    const limits = ['--models', 'groq/*, fast,groq/*', '--budget', '20 CNY/day', '--budget', '0.5usd/Request']
    const { stdout } = await keys([
      'create',
      'ann',
      '--admin',
      ...limits,
      '--rpm',
      '60',
      '--tpm',
      '1000',
      '--parallel',
      '2',
      '--expires',
      '30d'
    ])
    const key = await found(stdout)
    expect(key).toMatchObject({
      role: 'admin',
      models: ['groq/*', 'fast'],
      budgets: [
        { per: 'day', limit: '20 CNY' },
        { per: 'request', limit: '0.5 USD' }
      ],
      requestsPerMinute: 60,
      tokensPerMinute: 1000,
      parallel: 2
    })
    expect(key?.expiresAt).toBeGreaterThanOrEqual(before + 30 * 24 * hourMs)
    expect(key?.expiresAt).toBeLessThanOrEqual(Date.now() + 30 * 24 * hourMs)
  })

  test('with --json writes the key and what it is', async () => {
    const result = await keys(['create', 'ci', '--rpm', '5', '--json'])
    expect(result.stderr).toBe('')
    const document = result.json<{ readonly key: string }>()
    expect(document).toEqual({
      key: expect.stringMatching(/^rk-/),
      id: expect.any(String),
      name: 'ci',
      role: 'client',
      shown: `${document.key.slice(0, 7)}…`,
      state: 'valid',
      createdAt: expect.stringMatching(/Z$/),
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
      models: null,
      budgets: [],
      requestsPerMinute: 5,
      tokensPerMinute: null,
      parallel: null
    })
  })

  test('refuses a name that is taken; of several processes at once one makes it', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => keys(['create', 'ci'])))
    expect(results.filter(({ code }) => code === 0)).toHaveLength(1)
    for (const { code, stdout, stderr } of results) {
      if (code !== 0)
        expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('There is a key "ci" already.') })
    }
    expect(await stored()).toHaveLength(1)
  })

  test('leaves no key in any file', async () => {
    const made = await Promise.all(['a', 'b', 'c'].map(name => keys(['create', name, '--debug'])))
    const rotated = await keys(['rotate', 'a'])
    const files = readdirSync(sandbox.root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    const kept = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('')
    expect(kept).toContain('client_keys')
    for (const { stdout, stderr } of [...made, rotated]) {
      expect(stdout).toMatch(oneKey)
      expect(kept + stderr).not.toContain(stdout.slice(3, 15))
    }
  })

  test('keeps it where the gateway looks for it: where storage.url says, else DATABASE_URL', async () => {
    const env = { DATABASE_URL: `sqlite:${join(sandbox.root, 'environment.db')}` }
    expect(await keys(['create', 'first'], { env })).toMatchObject({ code: 0 })
    expect(await stored(env.DATABASE_URL)).toMatchObject([{ name: 'first' }])
    writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), 'storage: { url: "sqlite:./data/shared.db" }\n')
    expect(await keys(['create', 'ci'], { env })).toMatchObject({ code: 0 })
    expect(await stored(`sqlite:${join(sandbox.cwd, 'data/shared.db')}`)).toMatchObject([{ name: 'ci' }])
    expect(readdirSync(sandbox.root, { recursive: true })).not.toContain(join('home', 'resoftai.db'))
  })
})

test('list shows what each key may and never the key', async () => {
  const empty = await keys(['list'])
  expect(empty).toMatchObject({ code: 0, stdout: 'There is no key yet. `resoftai keys create <name>` makes one.\n' })
  const { stdout: secret } = await keys(['create', 'ci', '--models', 'groq/*', '--budget', '20 CNY/day', '--rpm', '60'])
  await keys(['create', 'boss', '--admin'])
  await keys(['revoke', 'boss', '--yes'])
  const storage = await openStorage(`sqlite:${file}`)
  await storage.keys.create({ name: 'old', role: 'client', shown: 'rk-old…', digest: 'd', expiresAt: 1 })
  await storage.close()

  const { stdout } = await keys(['list'])
  const [head, ...rows] = stdout
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/))
  expect(head).toEqual(['NAME', 'ROLE', 'KEY', 'STATE', 'EXPIRES', 'MODELS', 'BUDGETS', 'REQUESTS/MIN'])
  expect(rows).toEqual([
    ['ci', 'client', `${secret.slice(0, 7)}…`, 'valid', 'groq/*', '20 CNY/day', '60'],
    ['boss', 'admin', expect.any(String), 'revoked'],
    ['old', 'client', 'rk-old…', 'expired', expect.stringMatching(/^(1970-01-01|1969-12-31)/)]
  ])
  const { keys: documents } = (await keys(['list', '--json'])).json<{ readonly keys: readonly object[] }>()
  expect(documents).toMatchObject([
    { name: 'ci', state: 'valid', models: ['groq/*'], budgets: [{ per: 'day', limit: '20 CNY' }] },
    { name: 'boss', role: 'admin', state: 'revoked', revokedAt: expect.stringMatching(/Z$/) },
    { name: 'old', state: 'expired', expiresAt: '1970-01-01T00:00:00.001Z' }
  ])
  expect(JSON.stringify(documents)).not.toContain(secret.slice(3, 15))
})

describe('rotate', () => {
  test('makes a new key, and the old one is valid for a day', async () => {
    const old = await keys(['create', 'ci'])
    const { stdout, stderr } = await keys(['rotate', 'ci'])
    expect(stdout).toMatch(oneKey)
    expect(stderr).toContain('The old one is valid until')
    expect((await found(stdout))?.shown).toBe(`${stdout.slice(0, 7)}…`)
    expect(await found(old.stdout)).toMatchObject({ name: 'ci' })
  })

  test('ends the old one at once without a grace period', async () => {
    const old = await keys(['create', 'ci'])
    const result = await keys(['rotate', 'ci', '--grace', '0', '--json'])
    const { key, oldValidUntil } = result.json<{ readonly key: string; readonly oldValidUntil: string }>()
    expect(Date.parse(oldValidUntil)).toBeLessThanOrEqual(Date.now())
    expect(await found(old.stdout)).toBeUndefined()
    expect(await found(key)).toMatchObject({ name: 'ci' })
  })
})

describe('revoke', () => {
  test('ends a key for good where it is agreed to, and frees its name', async () => {
    const { stdout } = await keys(['create', 'ci'])
    expect(await keys(['revoke', 'ci'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect((await found(stdout))?.revokedAt).toBeNull()
    expect(await keys(['revoke', 'ci', '--yes'])).toMatchObject({ code: 0, stdout: 'The key ci is revoked.\n' })
    expect((await found(stdout))?.revokedAt).toEqual(expect.any(Number))
    expect(await keys(['create', 'ci'])).toMatchObject({ code: 0 })
    expect((await keys(['revoke', 'ci', '--yes', '--json'])).json()).toMatchObject({ name: 'ci', state: 'revoked' })
  })

  const onATerminal = hasTerminal ? test : test.skip
  onATerminal('asks a person first', async () => {
    await keys(['create', 'ci'])
    const kept = await onTerminal(sandbox, ['keys', 'revoke', 'ci'], [{ expect: 'Revoke the key ci (rk-', send: 'n' }])
    expect(kept).toMatchObject({ code: 0, text: expect.stringContaining('Nothing was revoked.') })
    expect(await stored()).toMatchObject([{ revokedAt: null }])
    const revoked = await onTerminal(sandbox, ['keys', 'revoke', 'ci'], [{ expect: 'Revoke the key ci (rk-', send: 'y' }])
    expect(revoked).toMatchObject({ code: 0, text: expect.stringContaining('The key ci is revoked.') })
    const unknown = await onTerminal(sandbox, ['keys', 'revoke', 'ci'], [])
    expect(unknown).toMatchObject({ code: 3, text: expect.stringContaining('There is no key "ci".') })
  })
})

test('update changes what it names, and takes limits away', async () => {
  await keys(['create', 'ci', '--models', 'a', '--budget', '1 CNY/day', '--rpm', '1', '--tpm', '2', '--parallel', '3', '--expires', '1h'])
  expect(await keys(['update', 'ci', '--rpm', '10', '--budget', '2 USD/total'])).toMatchObject({ stdout: 'The key ci is changed.\n' })
  expect(await stored()).toMatchObject([
    { models: ['a'], budgets: [{ per: 'total', limit: '2 USD' }], requestsPerMinute: 10, tokensPerMinute: 2, parallel: 3 }
  ])
  const none = ['--models', 'all', '--budget', 'none', '--rpm', 'none', '--tpm', 'none', '--parallel', 'none', '--expires', 'never']
  expect((await keys(['update', 'ci', ...none, '--json'])).json()).toMatchObject({
    models: null,
    budgets: [],
    requestsPerMinute: null,
    tokensPerMinute: null,
    parallel: null,
    expiresAt: null
  })
})

describe('a command line that is wrong', () => {
  test.each([
    [['create'], '<name> is missing.'],
    [['create', ''], 'A key cannot have this name.'],
    [['create', 'a b'], 'A key cannot have this name.'],
    [['create', `x' or '1'='1`], 'A key cannot have this name.'],
    [['create', 'x'.repeat(65)], 'A key cannot have this name.'],
    [['create', 'ci', '--models', 'a,,b'], '--models is no list of models.'],
    [['create', 'ci', '--budget', '20/day'], '"20/day" is no budget.'],
    [['create', 'ci', '--budget', '20 CNY/year'], '"20 CNY/year" is no budget.'],
    [['create', 'ci', '--budget', '-1 CNY/day'], '"-1 CNY/day" is no budget.'],
    [['create', 'ci', '--budget', 'none', '--budget', '1 CNY/day'], '"none" is no budget.'],
    [['create', 'ci', '--rpm', '0'], '--rpm must be a whole number'],
    [['create', 'ci', '--parallel', '1.5'], '--parallel must be a whole number'],
    [['create', 'ci', '--expires', 'soon'], '--expires soon is no time that can be read.'],
    [['rotate', 'ci', '--grace', '-1h'], '--grace -1h is no time that can be read.'],
    [['update', 'ci'], 'There is nothing to change.'],
    [['update', 'ci', '--admin'], 'There is no option --admin.']
  ])('exits with 2, says what is possible and makes nothing: %j', async (args, said) => {
    const { code, stdout, stderr } = await keys(args)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
    expect(readdirSync(sandbox.root, { recursive: true })).not.toContain(join('home', 'resoftai.db'))
  })

  test.each([[['rotate', 'nobody']], [['revoke', `' or 1=1 --`, '--yes']], [['update', 'nobody', '--rpm', '1']]])(
    'exits with 3 where there is no such key: %j',
    async args => {
      await keys(['create', 'ci'])
      expect(await keys(args)).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('There is no key "') })
      expect(await stored()).toMatchObject([{ name: 'ci', revokedAt: null, requestsPerMinute: null }])
    }
  )
})

test.each([
  ['sqlite:/dev/null/keys.db', 6, 'is no file'],
  ['postgres://ann:hunter2-secret@127.0.0.1:1/keys', 8, 'cannot be reached']
])('a storage that cannot be opened says why, without its password: %s', async (url, code, said) => {
  writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `storage: { url: "${url}" }\n`)
  const result = await keys(['create', 'ci'])
  expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) })
  expect(result.stderr).not.toContain('hunter2')
})

test('a file that is no database is said to be none', async () => {
  const { stdout } = await keys(['create', 'ci'])
  expect(stdout).toMatch(oneKey)
  writeFileSync(file, 'This is my diary.\n'.repeat(500))
  expect(await keys(['list', '--json'])).toMatchObject({ code: 1, stderr: expect.stringContaining('is not a SQLite database') })
})

test('a span of time is hours, days or weeks', () => {
  expect(['1h', '24h', '30d', '4w'].map(readSpan)).toEqual([hourMs, 24 * hourMs, 720 * hourMs, 672 * hourMs])
  for (const typed of ['', '0', '0d', '-1d', '1', 'd', '1m', '1.5d', '1 d', '01d', '10000d', '1dd', 'constructor']) {
    expect([typed, readSpan(typed)]).toEqual([typed, undefined])
  }
})

test('completion knows the commands and their options', () => {
  const words = (...typed: string[]) => (findCandidates(typed) as readonly { readonly word: string }[]).map(({ word }) => word)
  expect(words('keys', '')).toEqual(['create', 'list', 'rotate', 'revoke', 'update'])
  expect(words('keys', 'create', 'ci', '--')).toEqual(expect.arrayContaining(['--admin', '--models', '--budget', '--expires']))
})
