import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { fakeService, json, sse, type FakeService, type ReceivedRequest } from '@resoftai/sdk/testing'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { kinds, variableOf, type Kind } from '../src/create/blueprint.ts'
import { fillTemplate } from '../src/create/fill-template.ts'
import { readPluginName } from '../src/create/plugin-name.ts'
import { loadMessages } from '../src/messages/index.ts'
import { Sandbox } from './cli-process.ts'
import { openaiService, reply } from './openai-service.ts'
import { hasTerminal, onTerminal } from './terminal.ts'

const root = resolve(import.meta.dirname, '..', '..')
const templates = join(root, 'cli/templates')
const bin = join(root, 'node_modules/.bin')
const text = await loadMessages('en')
const long = 60_000

let sandbox: Sandbox
beforeEach(() => {
  sandbox = new Sandbox()
})
afterEach(() => sandbox.remove())

interface Made {
  readonly id: string
  readonly packageName: string
  readonly kind: Kind
  readonly directory: string
  readonly files: readonly string[]
  readonly next: readonly string[]
}

async function make(args: readonly string[]): Promise<Made> {
  const result = await sandbox.run(['plugin', 'create', ...args, '--json'])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  return result.json<Made>()
}

/** Types a command, with `resoftai` in the PATH. */
async function type(command: string, cwd: string): Promise<string> {
  const env = { ...sandbox.env, PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) }
  return (await promisify(execFile)('bash', ['--norc', '-c', command], { cwd, env, timeout: long })).stdout
}

const contents = (directory: string) => readdirSync(directory, { recursive: true, encoding: 'utf8' })

/** The vendor that the dialect of the template speaks to. */
function inventedVendor(): Promise<FakeService> {
  const answer = ({ path, body }: ReceivedRequest) => {
    if (path.endsWith('/models')) return json({ models: [{ name: 'acme-1' }] })
    const begin = { id: 'talk-1', model: 'acme-1' }
    const end = { why: 'done', tokens_read: 9, tokens_written: 4 }
    const { live } = JSON.parse(body) as { live: boolean }
    if (!live) return json({ ...begin, text: 'Hello back.', calls: [], ...end })
    const event = (name: string, value: object) => ({ event: name, data: JSON.stringify(value) })
    const words = ['Hello ', 'back.'].map(piece => event('words', { text: piece }))
    return sse([event('begin', begin), ...words, event('end', end)], { done: false })
  }
  return fakeService(answer)
}

const vendors = { openai: () => openaiService(reply('Hello back.')), dialect: inventedVendor } satisfies Record<
  Kind,
  () => Promise<FakeService>
>

describe.each(kinds)('a new plugin of kind %s', kind => {
  test(
    'does what the printed commands promise, one after the other, in less than 10 seconds',
    async () => {
      const started = performance.now()
      const { next, directory, files } = await make(['acme', '--kind', kind])
      const [enter = '', ...commands] = next
      expect([directory, enter]).toEqual([join(sandbox.cwd, 'acme'), 'cd acme'])
      expect(
        contents(directory)
          .filter(file => files.includes(file))
          .toSorted()
      ).toEqual(files)
      const guide = readFileSync(join(root, 'docs/guides/write-a-provider-plugin.md'), 'utf8')
      expect(guide).toContain(['resoftai plugin create acme', ...next.slice(0, 4)].join('\n'))
      const readme = readFileSync(join(directory, 'README.md'), 'utf8')
      for (const command of commands) expect(readme).toContain(`${command}\n`)
      const told: string[] = []
      for (const command of commands) told.push(await type(`${enter} && ${command}`, sandbox.cwd))
      expect(performance.now() - started).toBeLessThan(10_000)
      const [tested, checked, tried, packed, installed] = told
      expect(tested).toMatch(/pass 1\n[^]*fail 0\n/)
      expect(checked).toContain('is fine')
      expect(checked).not.toMatch(/✗|skipped/)
      expect(tried).toMatch(/^POST https:\/\/api\.acme\.example\/v1\/[^]*Bearer \{\{secret:api_key\}\}[^]*"Hello"/)
      expect(packed).toBe('resoftai-plugin-acme-0.1.0.tgz\n')
      expect(installed).toContain('Installed acme 0.1.0: Acme')
    },
    long
  )

  test(
    'is installed from its folder, configured, and answers',
    async () => {
      const vendor = await vendors[kind]()
      const { directory } = await make(['acme', '--kind', kind, '--api-base', `${vendor.url}/v1/`])
      const run = async (args: readonly string[], stdin?: string) => {
        const result = await sandbox.run(args, stdin === undefined ? {} : { stdin })
        expect(result).toMatchObject({ code: 0 })
        return result
      }
      await run(['plugin', 'install', './acme'])
      // What is installed is a copy that needs nothing of the folder.
      rmSync(directory, { recursive: true })
      await run(['plugin', 'config', 'acme', '--secret-stdin', 'api_key'], 'an-invented-key\n')
      expect((await run(['chat', '-p', 'acme', '--dry-run', 'Hello'])).stdout).toContain('Bearer {{secret:api_key}}')
      expect((await run(['chat', '-p', 'acme', 'Hello'])).stdout).toBe('Hello back.\n')
      expect((await run(['chat', '-p', 'acme', '--json', 'Hello'])).json()).toMatchObject({ content: 'Hello back.', finishReason: 'stop' })
      expect((await run(['models', 'acme', '--json'])).json()).toMatchObject({ models: [{ provider: 'acme' }], errors: [] })
      expect(vendor.requests.every(({ headers }) => headers['authorization'] === 'Bearer an-invented-key')).toBe(true)
      await vendor.close()
    },
    long
  )

  test(
    'is used from its folder as it is, without installing',
    async () => {
      const vendor = await vendors[kind]()
      await make(['acme', '--kind', kind, '--api-base', `${vendor.url}/v1`])
      const ask = () => sandbox.run(['chat', '--plugin', './acme', '-p', 'acme', 'Hello'], { env: { ACME_API_KEY: 'an-invented-key' } })
      expect(await ask()).toMatchObject({ code: 0, stdout: 'Hello back.\n', stderr: '' })
      rmSync(join(sandbox.cwd, 'acme/node_modules'), { recursive: true })
      expect(await ask()).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/Cannot find package[^]*run `npm install` in/)
      })
      await vendor.close()
    },
    long
  )

  test(
    'has types that fit and code without a complaint of the linter',
    async () => {
      const { directory } = await make(['acme', '--kind', kind])
      // As `npm install` would bring them.
      symlinkSync(join(root, 'cli/node_modules/@types'), join(directory, 'node_modules/@types'))
      await type(`tsc -p .`, directory)
      await type(`oxlint --config ${join(root, 'examples/.oxlintrc.json')} src test`, directory)
      await type(`oxfmt --config ${join(root, '.oxfmtrc.json')} --check src test conformance *.json`, directory)
    },
    long
  )

  test(
    'has a test that fails when the plugin does not do what its examples say',
    async () => {
      const { directory, files } = await make(['acme', '--kind', kind])
      const entry = join(directory, 'src/index.ts')
      writeFileSync(entry, readFileSync(entry, 'utf8').replace('Bearer ', 'Key '))
      await expect(type('node --test', directory)).rejects.toThrow('failed')
      expect(files.filter(file => file.endsWith('.sse'))).not.toEqual([])
    },
    long
  )
})

describe('the name', () => {
  test.each([
    ['acme', 'acme', 'resoftai-plugin-acme', 'ACME_API_KEY'],
    ['resoftai-plugin-my-vendor', 'my-vendor', 'resoftai-plugin-my-vendor', 'MY_VENDOR_API_KEY'],
    ['@scope/acme', 'acme', '@scope/acme', 'ACME_API_KEY'],
    ['@scope/resoftai-plugin-acme', 'acme', '@scope/resoftai-plugin-acme', 'ACME_API_KEY'],
    ['01-ai', '01-ai', 'resoftai-plugin-01-ai', '_01_AI_API_KEY']
  ])('%s makes plugin %s in package %s, which takes its key from %s', (given, id, packageName, variable) => {
    expect(readPluginName(given, text)).toEqual({ id, packageName })
    expect(variableOf({ id })).toBe(variable)
  })

  test(
    'with a scope is packed and installed by the printed commands',
    async () => {
      const { next, directory } = await make(['@scope/acme'])
      expect(next.slice(-2)).toEqual(['npm pack', 'resoftai plugin install ./scope-acme-0.1.0.tgz'])
      for (const command of next.slice(-2)) await type(command, directory)
      expect((await sandbox.run(['plugin', 'list', '--json'])).stdout).toContain('@scope/acme')
    },
    long
  )

  test.each([
    ['Acme', '"Acme" is no name for a plugin.'],
    ['../acme', 'is no name'],
    ['acme ai', 'is no name'],
    ['@scope/', 'is no name'],
    ['@Scope/acme', 'is no name'],
    ['@scope/../acme', 'is no name'],
    ['resoftai-plugin-', 'is no name'],
    ['', 'is no name'],
    ['a'.repeat(65), 'is no name'],
    ['host', '"host" is reserved.'],
    ['con', '"con" is reserved.']
  ])('%j is refused', (given, said) => {
    expect(() => readPluginName(given, text)).toThrow(said)
  })

  test.each([
    ['Acme\u001b', String.raw`"Acme\u001b" is no name for a plugin.`],
    ['simulator', 'belongs to @resoftai/plugin-simulator'],
    ['openai-compatible-provider', 'belongs to @resoftai/plugin-openai-compatible']
  ])('%j is a wrong use of the command, which says what a name is', async (given, said) => {
    const result = await sandbox.run(['plugin', 'create', given])
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
    expect(result.stderr).toContain('Name it like acme')
    expect(contents(sandbox.cwd)).toEqual([])
  })

  test('is taken when another package is installed by it, but not by itself', async () => {
    await make(['acme'])
    await sandbox.run(['plugin', 'install', './acme'])
    await make(['acme', '--dir', 'again'])
    expect(await sandbox.run(['plugin', 'create', '@scope/acme', '--dir', 'other'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('belongs to resoftai-plugin-acme')
    })
  })
})

describe('options', () => {
  test.each([
    [['--kind', 'soap'], '--kind is one of openai, dialect.'],
    [['--api-base', 'ftp://acme.example'], '--api-base is an address'],
    [['--api-base', 'https://'], '--api-base is an address'],
    [['--title', ' '], '--title is a text'],
    [['--author', 'one\ntwo'], '--author is a text']
  ])('%j are refused, and nothing is made', async (options, said) => {
    const result = await sandbox.run(['plugin', 'create', 'acme', ...options])
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(said) })
    expect(contents(sandbox.cwd)).toEqual([])
  })

  test('are in the files as they were given, whatever they hold', async () => {
    const title = `"Acme" \\ \${x} 'AI' 极致`
    const author = '<A & B>'
    for (const kind of kinds) {
      const { directory, files } = await make(['acme', '--dir', kind, '--kind', kind, '--title', title, '--author', author])
      const read = (file: string) => readFileSync(join(directory, file), 'utf8')
      expect(JSON.parse(read('resoftai.plugin.json'))).toMatchObject({ title })
      expect(JSON.parse(read('package.json'))).toMatchObject({ author, description: `${title}, for ResoftAI.` })
      expect(read('README.md')).toContain(`# ${title}, for ResoftAI`)
      expect(read('LICENSE')).toContain(`Copyright (c) ${new Date().getFullYear()} ${author}`)
      const left = files.flatMap(file => read(file).match(/\{\{(?!secret:).*/g) ?? [])
      expect(left).toEqual([])
      const checked = await sandbox.run(['plugin', 'check', directory])
      expect(checked).toMatchObject({ code: 0 })
    }
  }, 60_000)

  test('that nobody gives have a value where there is no terminal', async () => {
    const { directory, kind } = await make(['my-vendor'])
    expect(kind).toBe('openai')
    const manifest = JSON.parse(readFileSync(join(directory, 'resoftai.plugin.json'), 'utf8')) as Record<string, unknown>
    const schema = JSON.parse(readFileSync(join(root, 'schemas/plugin-manifest.schema.json'), 'utf8')) as { $id: string }
    expect(manifest).toMatchObject({
      $schema: schema.$id,
      title: 'My Vendor',
      config: { properties: { api_base: { default: 'https://api.my-vendor.example/v1' } } }
    })
    expect(readFileSync(join(directory, 'LICENSE'), 'utf8')).toContain('the authors of resoftai-plugin-my-vendor')
  })
})

describe('the folder', () => {
  test('is left alone when something is in it', async () => {
    mkdirSync(join(sandbox.cwd, 'acme'))
    writeFileSync(join(sandbox.cwd, 'acme/mine.txt'), 'mine')
    writeFileSync(join(sandbox.cwd, 'file'), 'mine')
    for (const args of [['acme'], ['acme', '--dir', 'file']]) {
      const result = await sandbox.run(['plugin', 'create', ...args])
      expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is there already') })
    }
    expect(contents(sandbox.cwd).toSorted()).toEqual(['acme', 'acme/mine.txt', 'file'])
  })

  test('may be there when it is empty, may be the one where you are, and may lie in new ones', async () => {
    mkdirSync(join(sandbox.cwd, 'empty'))
    await make(['acme', '--dir', 'empty'])
    expect((await make(['acme', '--dir', "a b/it's"])).next[0]).toBe(String.raw`cd 'a b/it'\''s'`)
    const here = join(sandbox.root, 'here')
    mkdirSync(here)
    const result = await sandbox.run(['plugin', 'create', 'acme', '--dir', '.', '--json'], { cwd: here })
    expect(result.json<Made>().next[0]).toBe('node --test')
    for (const folder of [join(sandbox.cwd, 'empty'), join(sandbox.cwd, "a b/it's"), here])
      expect(existsSync(join(folder, 'package.json'))).toBe(true)
    expect(readdirSync(sandbox.cwd).toSorted()).toEqual(['a b', 'empty'])
  })

  test('is not there, nor anything of it, when it could not be made', async () => {
    writeFileSync(join(sandbox.cwd, 'file'), 'mine')
    const result = await sandbox.run(['plugin', 'create', 'acme', '--dir', 'file/acme'])
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('cannot be made (ENOTDIR)') })
    expect(contents(sandbox.cwd)).toEqual(['file'])
  })
})

const describeTerminal = hasTerminal ? describe : describe.skip

describeTerminal('on a terminal', () => {
  test('it asks for what is missing, and again for what cannot be', async () => {
    const screen = await onTerminal(
      sandbox,
      ['plugin', 'create', 'acme', '--author', 'Ada'],
      [
        { expect: 'What does the vendor speak?', send: '\u001b[B\r' },
        { expect: 'What do people call the vendor?', send: 'Acme AI\r' },
        { expect: 'Address of its API', send: 'nonsense\r' },
        { expect: '--api-base is an address', send: '' },
        { expect: 'Address of its API', send: '\r' }
      ]
    )
    expect(screen).toMatchObject({ code: 0, text: expect.stringContaining('Made the plugin acme') })
    expect(screen.text).not.toContain('Who holds the copyright?')
    const read = (file: string) => readFileSync(join(sandbox.cwd, 'acme', file), 'utf8')
    expect(JSON.parse(read('resoftai.plugin.json'))).toMatchObject({
      title: 'Acme AI',
      config: { properties: { api_base: { default: 'https://api.acme.example/v1' } } }
    })
    expect(read('LICENSE')).toContain('Ada')
    expect(read('src/encode.ts')).toContain('encodeBody')
  })

  test('it makes nothing when it is left', async () => {
    const screen = await onTerminal(sandbox, ['plugin', 'create', 'acme'], [{ expect: 'What does the vendor speak?', send: '\u0003' }])
    expect(screen.code).toBe(130)
    expect(contents(sandbox.cwd)).toEqual([])
  })
})

describe('the templates', () => {
  const packed = mkdtempSync(join(tmpdir(), 'resoftai-templates-'))
  afterAll(() => rmSync(packed, { recursive: true, force: true }))

  test('are all in the package that is published', () => {
    const options = ['pack', '--dry-run', '--json', '--ignore-scripts', '--pack-destination', packed]
    const [{ files } = { files: [] }] = JSON.parse(
      execFileSync('npm', options, { cwd: join(root, 'cli'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    ) as { files: { path: string }[] }[]
    const published = files.map(({ path }) => path)
    const missing = readdirSync(templates, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(join(root, 'cli/').length))
      .filter(path => !published.includes(path))
    expect(missing).toEqual([])
  })

  test('stand for nothing but what is put in', () => {
    expect(fillTemplate('{{a}} {{secret:key}} ${a} {{a}}', { a: '$& {{b}}' })).toBe('$& {{b}} {{secret:key}} ${a} $& {{b}}')
    expect(() => fillTemplate('{{b}}', { a: '' })).toThrow('{{b}}')
  })
})
