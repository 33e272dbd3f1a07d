import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { isHostError, type HostError } from '../error.ts'
import { loadConfig, type LoadOptions } from './load.ts'

let root: string
let home: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'resoftai config 中文 🚀-')))
  home = join(root, 'state')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

function load(options: Partial<LoadOptions> = {}) {
  return loadConfig({ cwd: root, home, ...options, env: { RESOFTAI_HOME: home, ...options.env } })
}

async function failure(options?: Partial<LoadOptions>): Promise<HostError> {
  const error: unknown = await load(options).catch((thrown: unknown) => thrown)
  if (!isHostError(error)) throw new Error(`Expected a HostError, got ${inspect(error)}`)
  expect(error.kind).toBe('config')
  return error
}

describe('finding the configuration', () => {
  it('is empty when there is no file', async () => {
    expect(await load()).toMatchObject({ providers: {}, log: { level: 'warn' }, files: [], unset: [] })
  })

  const forms: Readonly<Record<string, string>> = {
    'resoftai.config.yaml': 'log: { level: info }\n',
    'resoftai.config.yml': 'log:\n  level: info\n',
    'resoftai.config.json': '{"log": {"level": "info"}}',
    'resoftai.config.js': 'module.exports = { log: { level: "info" } }',
    'resoftai.config.mjs': 'export default Promise.resolve({ log: { level: "info" } })',
    'resoftai.config.ts': 'const level: string = "info"\nexport default { log: { level } }',
    'package.json': '{"name": "x", "resoftai": {"log": {"level": "info"}}}'
  }
  it.each(Object.keys(forms))('reads %s from a folder above', async name => {
    const file = put(name, forms[name] ?? '')
    mkdirSync(join(root, 'a/b'), { recursive: true })
    expect(await load({ cwd: join(root, 'a/b') })).toMatchObject({ log: { level: 'info' }, files: [file] })
  })

  it('takes the nearest folder, and passes over a package.json of something else', async () => {
    put('resoftai.config.yaml', 'log: { level: error }')
    const file = put('a/package.json', '{"resoftai": {"log": {"level": "info"}}}')
    put('a/plugin/package.json', '{"resoftai": "./resoftai.plugin.json", "overrides": {"resoftai": {}}}')
    expect((await load({ cwd: join(root, 'a/plugin') })).files).toEqual([file])
  })

  it('passes over a folder above that everyone may write to', async () => {
    put('open/resoftai.config.yaml', 'log: { level: info }')
    mkdirSync(join(root, 'open/mine'))
    chmodSync(join(root, 'open'), 0o777)
    expect((await load({ cwd: join(root, 'open/mine') })).files).toEqual([])
    expect((await load({ cwd: join(root, 'open') })).files).toHaveLength(1)
  })

  it('refuses two files in one folder', async () => {
    put('resoftai.config.yaml', '')
    put('resoftai.config.json', '{}')
    expect((await failure()).message).toMatch(/There are 2 configurations in one folder: .*yaml, .*json/)
  })

  it('uses the file it is told to, and nothing of the project', async () => {
    put('resoftai.config.yaml', 'log: { level: info }')
    const file = put('other/mine.yaml', 'log: { level: error }')
    expect(await load({ file: 'other/mine.yaml' })).toMatchObject({ files: [file], log: { level: 'error' } })
  })

  it.each([
    ['is not there', 'gone.yaml', /cannot be read \(ENOENT\)/],
    ['is a folder', 'state.yaml', /cannot be read \(EISDIR\)/],
    ['has another extension', 'x.toml', /must be .yaml/]
  ])('says so when the named file %s', async (_name, file, message) => {
    mkdirSync(join(root, 'state.yaml'))
    const { problems } = await failure({ file })
    expect(problems).toEqual([expect.objectContaining({ file: join(root, file), message: expect.stringMatching(message) })])
  })

  it('takes an object given in code instead of any file', async () => {
    put('resoftai.config.yaml', 'log: { level: info }')
    const config = await load({ config: { providers: { a: { api_key: '${KEY}' } } }, env: { KEY: 'k' } })
    expect(config).toMatchObject({ files: [], log: { level: 'warn' }, providers: { a: { api_key: 'k' } } })
    expect(config.origin('providers.a.api_key')).toEqual({ from: 'option' })
  })

  it("looks for the user's own file in the home it is given, or where it is told", async () => {
    const inHome = put('state/config.yaml', 'log: { level: info }')
    const apart = put('apart/config.yaml', 'log: { level: error }')
    const files = async (options: Partial<LoadOptions>) => (await loadConfig({ cwd: root, home, env: {}, ...options })).files
    expect(await files({})).toEqual([inHome])
    expect(await files({ home: { home, configFile: apart } })).toEqual([apart])
    expect(await files({ home: '/x/resoftai', env: { XDG_DATA_HOME: '/x', XDG_CONFIG_HOME: join(root, 'none') } })).toEqual([])
  })

  it('loads no library when there is no file', () => {
    const script = `
      const { loadConfig } = await import(${JSON.stringify(new URL('load.ts', import.meta.url).href)})
      const { createRequire } = await import('node:module')
      await loadConfig({ cwd: process.argv[1], env: {}, home: process.argv[1] })
      console.log(JSON.stringify(Object.keys(createRequire(process.argv[1] + '/x').cache).filter(file => !file.includes('resoftai config'))))`
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script, root], { encoding: 'utf8' }).trim()).toBe('[]')
  })

  it('reads TypeScript in plain Node, and refuses it where Node does not strip types', () => {
    put('resoftai.config.ts', 'type Level = string\nexport default { log: { level: "info" as Level } }')
    const script = `
      const { loadConfig } = await import(${JSON.stringify(new URL('../../dist/config/load.js', import.meta.url).href)})
      await loadConfig({ cwd: process.argv[1], env: {}, home: process.argv[1] }).then(
        config => console.log(config.log.level), error => console.log(error.problems[0].message))`
    const run = (...flags: string[]) =>
      execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script, root], { encoding: 'utf8' }).trim()
    expect(run()).toBe('info')
    expect(run('--no-strip-types')).toBe('This Node.js does not run TypeScript.')
  })
})

describe('joining files', () => {
  it("puts the project's file over the user's own, key by key", async () => {
    const own = put('state/config.yaml', 'providers:\n  groq: { timeout: 5, api_key: mine }\n  zhipu: {}\nlog: { level: error }\n')
    const project = put('work/resoftai.config.yaml', 'providers:\n  local: {}\n  groq:\n    timeout: 9\n    models: [a]\n')
    const config = await load({ cwd: join(root, 'work') })
    expect(config.files).toEqual([project, own])
    expect(Object.keys(config.providers)).toEqual(['local', 'groq', 'zhipu'])
    expect(config.providers['groq']).toEqual({ timeout: 9, models: ['a'], api_key: 'mine' })
    expect(config.log.level).toBe('error')
    expect(config.origin('providers.groq.timeout')).toEqual({ from: 'file', file: project, line: 4 })
    expect(config.origin('providers.groq.models.0')).toEqual({ from: 'file', file: project, line: 5 })
    expect(config.origin('providers.groq.api_key')).toEqual({ from: 'file', file: own, line: 2 })
    expect(config.origin('providers.zhipu')).toEqual({ from: 'file', file: own, line: 3 })
    expect(config.origin('log.level')).toEqual({ from: 'file', file: own, line: 4 })
    expect(config.origin('providers.nobody')).toBeUndefined()
  })

  it('is no prototype: constructor is no provider', async () => {
    const { providers, env } = await load()
    expect(providers['constructor']).toBeUndefined()
    expect(env['toString']).toBeUndefined()
  })

  it('takes keys with nothing behind them for empty mappings', async () => {
    put('resoftai.config.yaml', 'log:\nproviders:\n  zhipu:\n')
    expect(await load()).toMatchObject({ providers: { zhipu: {} }, log: { level: 'warn' } })
  })
})

describe('variables', () => {
  it('come from .env below the real environment', async () => {
    const file = put('.env', 'ONE=file\nTWO="of file"\nexport THREE=3 # three\n')
    put('resoftai.config.yaml', 'providers: { a: { x: ${ONE}, y: ${TWO}, z: ${THREE} } }')
    const config = await load({ env: { ONE: 'real', TWO: undefined } })
    expect(config.providers['a']).toEqual({ x: 'real', y: 'of file', z: '3' })
    expect(config.origin('env.ONE')).toEqual({ from: 'env', variable: 'ONE' })
    expect(config.origin('env.TWO')).toEqual({ from: 'env', variable: 'TWO', file })
    expect(config.origin('env.FOUR')).toBeUndefined()
    expect(config.origin('providers.a.y')).toMatchObject({ from: 'file', line: 1, variables: ['TWO'] })
  })

  it('come from beside the project file when the working folder has no .env', async () => {
    const file = put('.env', 'ONE=1')
    put('resoftai.config.yaml', '')
    mkdirSync(join(root, 'below'))
    expect((await load({ cwd: join(root, 'below') })).origin('env.ONE')).toMatchObject({ file })
  })

  it('do not come from a folder that is named .env', async () => {
    mkdirSync(join(root, '.env'))
    expect((await load()).files).toEqual([])
  })

  it('that are not set stop their provider, not the host', async () => {
    const file = put('resoftai.config.yaml', 'providers:\n  a:\n    api_key: ${NOPE}\n  b: {}\n')
    const config = await load()
    expect(config.unset).toEqual([
      { message: 'The variable NOPE is not set.', file, line: 3, path: 'providers.a.api_key', suggestion: expect.stringContaining('NOPE') }
    ])
  })

  it('that are not set do not matter where a stronger file says something else', async () => {
    put('state/config.yaml', 'providers: { a: { api_key: ${NOPE}, other: ${NOPE} } }')
    put('resoftai.config.yaml', 'providers: { a: { api_key: x } }')
    expect((await load()).unset.map(problem => problem.path)).toEqual(['providers.a.other'])
  })

  it.each([
    ['log:\n  level: ${NOPE}\n', 'log.level'],
    ['providers:\n  a: { plugin: ${NOPE} }\n', 'providers.a.plugin']
  ])('that are not set outside of the fields of a provider are an error: %j', async (text, path) => {
    const file = put('resoftai.config.yaml', text)
    expect((await failure()).problems).toEqual([expect.objectContaining({ file, line: 2, path, message: 'The variable NOPE is not set.' })])
  })
})

describe('the log level', () => {
  it.each([
    [undefined, 'warn', 'default'],
    ['', 'warn', 'default'],
    ['debug', 'debug', 'env'],
    [' INFO ', 'info', 'env'],
    ['warning', 'warn', 'env'],
    ['off', 'silent', 'env']
  ])('of LOG_LEVEL=%j is %s', async (level, expected, from) => {
    const config = await load({ env: { LOG_LEVEL: level } })
    expect(config.log.level).toBe(expected)
    expect(config.origin('log.level')?.from).toBe(from)
  })

  it('refuses a LOG_LEVEL that is none', async () => {
    expect((await failure({ env: { LOG_LEVEL: 'loud' } })).problems[0]).toMatchObject({
      path: 'log.level',
      suggestion: expect.stringContaining('debug, info, warn')
    })
  })
})

describe('the log file', () => {
  it('begins at the folder of the configuration that names it; the stronger one wins, key by key', async () => {
    put('state/config.yaml', 'log: { file: own.log, keep: 7, daily: true }')
    expect((await load()).log).toEqual({ level: 'warn', file: join(root, 'state/own.log'), keep: 7, daily: true })
    put('resoftai.config.yaml', 'log: { file: ../logs/a.log, max_size_mb: 1 }')
    const expected = { level: 'warn', file: join(root, '../logs/a.log'), max_size_mb: 1, keep: 7, daily: true }
    expect((await load()).log).toEqual(expected)
    expect((await load({ config: { log: { file: '/var/log/a.log' } } })).log.file).toBe('/var/log/a.log')
  })

  it.each(['file: ""', 'max_size_mb: 0', 'keep: -1', 'keep: 101', 'daily: 1', 'files: a'])('is refused with %s', async text => {
    put('resoftai.config.yaml', `log: { ${text} }`)
    expect((await failure()).problems.map(({ path }) => path)).toEqual([`log.${text.split(':')[0]}`])
  })
})

describe('where traces go', () => {
  it('is an address', async () => {
    put('resoftai.config.yaml', 'telemetry: { endpoint: "http://localhost:4318" }')
    expect((await load()).telemetry).toEqual({ endpoint: 'http://localhost:4318' })
    put('resoftai.config.yaml', 'telemetry:')
    expect((await load()).telemetry).toEqual({})
  })

  it.each(['localhost:4318', 'grpc://localhost', 'http://me:secret@localhost', 'http://localhost?a=1'])('is not %s', async endpoint => {
    put('resoftai.config.yaml', `telemetry: { endpoint: "${endpoint}" }`)
    expect((await failure()).problems.map(({ path }) => path)).toEqual(['telemetry.endpoint'])
  })
})

describe('a wrong configuration', () => {
  it('is refused with everything that is wrong, in both files, with line, path and advice', async () => {
    const own = put('state/config.yaml', 'providers:\n  groq: 5\nlogs: {}\n')
    const project = put(
      'work/resoftai.config.yaml',
      ['log: { level: loud }', 'providers:', '  bad name!: {}', '  groq: {}', '  groq: {}', '  x: { plugin: 7 }', '  y: [1]'].join('\n')
    )
    const { problems, message } = await failure({ cwd: join(root, 'work') })
    const told = problems.map(
      problem => `${problem.file === own ? 'own' : problem.file === project ? 'project' : '?'}:${problem.line} ${problem.path}`
    )
    expect(told.toSorted()).toEqual([
      'own:2 providers.groq',
      'own:3 logs',
      'project:1 log.level',
      'project:3 providers.bad name!',
      'project:5 providers.groq',
      'project:6 providers.x.plugin',
      'project:7 providers.y'
    ])
    expect(problems.find(problem => problem.path === 'logs')?.suggestion).toBe('Did you mean log?')
    expect(message).toContain(`${project}:5`)
    expect(message).toContain('(and 6 more)')
  })

  it.each([
    ['resoftai.config.yaml', 'providers: [', 1],
    ['resoftai.config.json', '{\n"providers": {"a": 1,, }}\n', 2],
    ['resoftai.config.json', '{"__proto__": {"providers": {}}}', 1],
    ['resoftai.config.yaml', '- a list', undefined],
    ['resoftai.config.yaml', 'only text', undefined],
    ['package.json', '{"resoftai": {"log": }', 1],
    ['resoftai.config.mjs', 'export default {', undefined],
    ['resoftai.config.mjs', 'export const config = {}', undefined],
    ['resoftai.config.mjs', 'export default () => ({})', undefined],
    ['resoftai.config.mjs', 'throw new Error("no database")', undefined],
    ['resoftai.config.mjs', 'export default { providers: { a: { key: () => 1 } } }', undefined],
    ['resoftai.config.yaml', '$import: ./other.yaml', 1]
  ])('%s with %j is named with its file', async (name, text, line) => {
    const file = put(name, text)
    const { problems } = await failure()
    expect(problems[0]).toMatchObject({ file, ...(line !== undefined && { line }) })
  })

  it('never shows a key that stands in it', async () => {
    const canary = 'sk-canary-5d2e8c1f'
    put('.env', `CANARY=${canary}`)
    put('state/config.yaml', `providers: { a: { api_key: ${canary} }, a: [${canary}] }\nlog: { level: ${canary} }\nx: ${canary}\n`)
    const broken = [
      `providers: { a: { api_key: "${canary}`,
      `log: { level: \${CANARY} }`,
      `providers: { a: ${canary} }`,
      `- ${canary}`,
      `providers: { a: { plugin: [${canary}] } }`
    ]
    for (const text of broken) {
      put('resoftai.config.yaml', text)
      const error = await failure()
      expect(`${JSON.stringify(error)} ${inspect(error, { depth: Infinity, showHidden: true })} ${error.stack}`).not.toContain(canary)
    }
    rmSync(join(root, 'resoftai.config.yaml'))
    put('resoftai.config.mjs', `export default { a: ${canary}\n`)
    expect(inspect(await failure(), { depth: Infinity, showHidden: true })).not.toContain(canary)
  })

  it('shows no value when the whole configuration is printed', async () => {
    const canary = 'sk-canary-93bb01'
    put('resoftai.config.yaml', `providers: { a: { api_key: ${canary}, b: \${CANARY} } }`)
    const config = await load({ env: { CANARY: canary } })
    expect(config.providers['a']).toEqual({ api_key: canary, b: canary })
    expect(`${JSON.stringify(config)} ${inspect(config, { depth: Infinity })}`).not.toContain(canary)
  })
})
