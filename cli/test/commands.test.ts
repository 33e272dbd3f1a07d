import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { FakeService } from '@resoftai/sdk/testing'
import { Sandbox } from './cli-process.ts'
import { environmentOf, openaiService, reply } from './openai-service.ts'
import { writePlugin } from './plugin-folder.ts'

const key = 'sk-commands-0123456789abcdef'
let sandbox: Sandbox
let services: FakeService[]

beforeEach(() => {
  sandbox = new Sandbox()
  services = []
})
afterEach(async () => {
  await Promise.all(services.map(service => service.close()))
  sandbox.remove()
})

async function serve(text = 'Hello back.'): Promise<FakeService> {
  const service = await openaiService(reply(text))
  services.push(service)
  return service
}

describe('plugin', () => {
  test('list shows the bundled plugins, and what is broken beside them', async () => {
    const broken = writePlugin(sandbox, 'broken', { manifest: { id: 'broken', nonsense: 1 } })
    const listed = await sandbox.run(['plugin', 'list', '--json', '--plugin', broken])
    expect(listed.json<{ plugins: unknown[] }>().plugins).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'openai-compatible', source: 'bundled', state: 'enabled' }),
        expect.objectContaining({ id: 'simulator', version: expect.stringMatching(/^\d/) }),
        expect.objectContaining({ id: 'broken', state: 'broken', source: 'path', directory: broken })
      ])
    )
    const shown = await sandbox.run(['plugin', 'list'])
    expect(shown).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^openai-compatible +\d+\.\d+\.\d+ +bundled +enabled +OpenAI compatible$/m)
    })
  })

  test('install copies a bundled plugin into the home, says what it may reach, and uninstall removes it', async () => {
    const installed = await sandbox.run(['plugin', 'install', 'openai-compatible'])
    expect(installed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('may reach: the address in api_base'),
      stderr: expect.stringContaining('Next:')
    })
    const { plugins } = (await sandbox.run(['plugin', 'list', '--json'])).json<{
      plugins: { id: string; source: string; directory: string }[]
    }>()
    const found = plugins.find(({ id }) => id === 'openai-compatible')
    expect(found).toMatchObject({ source: 'installed', directory: expect.stringContaining(sandbox.home) })
    expect(await sandbox.run(['plugin', 'uninstall', 'openai-compatible'])).toMatchObject({
      code: 0,
      stdout: 'Removed openai-compatible.\n'
    })
    expect(await sandbox.run(['plugin', 'uninstall', 'openai-compatible'])).toMatchObject({ code: 3 })
  })

  test('install takes a folder; a second plugin of that kind works like the first', async () => {
    const folder = writePlugin(sandbox, 'parrot')
    const installed = await sandbox.run(['plugin', 'install', folder, '--json'])
    expect(installed.json()).toMatchObject({ id: 'parrot', version: '1.0.0', from: folder, hosts: [] })
    expect(await sandbox.run(['chat', '-p', 'parrot', 'Hello'])).toMatchObject({ code: 0, stdout: 'Hello\n' })
  })

  test('info shows fields, variables and presets; an unknown id gets the nearest one', async () => {
    const info = await sandbox.run(['plugin', 'info', 'openai-compatible'])
    expect(info.stdout).toMatch(/May reach: the address in api_base/)
    expect(info.stdout).toMatch(/api_key +.*secret.*OPENAI_API_KEY/)
    expect(info.stdout).toContain('groq')
    expect(await sandbox.run(['plugin', 'info', 'openai-compatibel'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Did you mean openai-compatible?')
    })
  })

  test('disable keeps a plugin from being used until it is enabled again', async () => {
    const env = environmentOf(await serve())
    expect(await sandbox.run(['plugin', 'disable', 'openai-compatible'])).toMatchObject({ code: 0 })
    expect((await sandbox.run(['chat', '-p', 'openai-compatible', 'x'], { env })).code).not.toBe(0)
    expect(await sandbox.run(['plugin', 'enable', 'openai-compatible'])).toMatchObject({ code: 0 })
    expect(await sandbox.run(['chat', '-p', 'openai-compatible', 'x'], { env })).toMatchObject({ code: 0 })
  })

  test('check passes a good folder and lists everything that is wrong with a bad one', async () => {
    expect(await sandbox.run(['plugin', 'check', writePlugin(sandbox, 'good')])).toMatchObject({ code: 0 })
    const bad = writePlugin(sandbox, 'bad', { manifest: { id: 'Bad One', provides: 'chat', nonsense: 1 } })
    const result = await sandbox.run(['plugin', 'check', bad, '--json'])
    expect(result.code).toBe(1)
    expect(result.json<{ error: { problems: unknown[] } }>().error.problems.length).toBeGreaterThanOrEqual(3)
    expect(result.stderr).toContain('resoftai.plugin.json')
  })
})

describe('plugin config without a terminal', () => {
  test('writes values into the file and the secret from standard input into the store', async () => {
    const service = await serve()
    const set = [
      '--set',
      `api_base=${service.url}/v1`,
      '--set',
      'default_model=test-model',
      '--set',
      'timeout=30',
      '--set',
      'think_tags=true'
    ]
    const result = await sandbox.run(
      ['plugin', 'config', 'openai-compatible', '--name', 'mine', ...set, '--secret-stdin', 'api_key', '--json'],
      { stdin: `${key}\n` }
    )
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.json()).toMatchObject({ provider: 'mine', plugin: 'openai-compatible', secrets: ['api_key'] })
    const file = readFileSync(join(sandbox.home, 'config.yaml'), 'utf8')
    expect(file).toMatch(/timeout: 30\n/)
    expect(file).toMatch(/think_tags: true\n/)
    expect(file).not.toContain(key)
    expect(statSync(join(sandbox.home, 'secrets.json')).mode & 0o077).toBe(0)
    expect(await sandbox.run(['chat', '-p', 'mine', 'x'])).toMatchObject({ code: 0, stdout: 'Hello back.\n' })
    expect(service.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${key}`)
  })

  test('lists every missing field with what would set it, and writes nothing', async () => {
    const result = await sandbox.run(['plugin', 'config', 'openai-compatible', '--preset', 'groq', '--set', 'timeout=never', '--json'])
    expect(result.code).toBe(6)
    const { problems } = result.json<{ error: { problems: { path: string; suggestion?: string }[] } }>().error
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          path: expect.stringContaining('api_key'),
          suggestion: expect.stringMatching(/GROQ_API_KEY.*resoftai secret set groq api_key/)
        }),
        expect.objectContaining({ path: expect.stringContaining('timeout') })
      ])
    )
    expect((await sandbox.run(['config', 'show', '--json'])).json()).toMatchObject({ files: [] })
  })

  test('refuses a secret as an argument, without repeating it', async () => {
    const result = await sandbox.run(['plugin', 'config', 'openai-compatible', '--set', `api_key=${key}`])
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--secret-stdin api_key') })
    expect(result.stderr).not.toContain(key)
  })

  test('refuses a preset that does not exist with the nearest one', async () => {
    expect(await sandbox.run(['plugin', 'config', 'openai-compatible', '--preset', 'grog'])).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('groq')
    })
  })
})

describe('secret', () => {
  test('set takes the value from standard input, with or without a newline; list masks it; unset forgets it', async () => {
    for (const stdin of [key, `${key}\n`, `${key}\r\n`]) {
      expect(await sandbox.run(['secret', 'set', 'groq', 'api_key'], { stdin })).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(readFileSync(join(sandbox.home, 'secrets.json'), 'utf8'))).toMatchObject({ secrets: { groq: { api_key: key } } })
    }
    const listed = await sandbox.run(['secret', 'list', '--json'])
    expect(listed.json()).toMatchObject({ secrets: [{ provider: 'groq', field: 'api_key', masked: 'sk-…cdef' }] })
    expect(await sandbox.run(['secret', 'unset', 'groq', 'api_key'])).toMatchObject({ code: 0 })
    expect(await sandbox.run(['secret', 'unset', 'groq', 'api_key'])).toMatchObject({ code: 3 })
    expect(await sandbox.run(['secret', 'list'])).toMatchObject({ code: 0, stdout: 'No secret is stored.\n' })
  })

  test('set refuses an empty value', async () => {
    expect(await sandbox.run(['secret', 'set', 'groq', 'api_key'], { stdin: '\n' })).toMatchObject({ code: 2 })
  })
})

describe('config', () => {
  test('show masks secrets and says where each value comes from', async () => {
    writeFileSync(
      join(sandbox.cwd, 'resoftai.config.yaml'),
      'providers:\n  groq:\n    plugin: openai-compatible\n    preset: groq\n    timeout: 12\n'
    )
    const env = { GROQ_API_KEY: key }
    const { values } = (await sandbox.run(['config', 'show', '--json'], { env })).json<{
      values: { path: string; value: unknown; origin: string }[]
    }>()
    const of = (path: string) => values.find(value => value.path === `providers.groq.${path}`)
    expect(of('timeout')).toMatchObject({ value: 12, origin: expect.stringMatching(/resoftai\.config\.yaml:5$/) })
    expect(of('api_key')).toMatchObject({ value: 'sk-…cdef', origin: 'variable GROQ_API_KEY' })
    expect(of('api_base')).toMatchObject({ origin: 'preset groq' })
    expect((await sandbox.run(['config', 'show', '--origin'], { env })).stdout).toMatch(
      /providers\.groq\.api_key +sk-…cdef +variable GROQ_API_KEY/
    )
    expect((await sandbox.run(['config', 'show'], { env })).stdout).not.toContain('GROQ_API_KEY')
  })

  test('validate lists every mistake of file and schema with its line', async () => {
    expect(await sandbox.run(['config', 'validate'])).toMatchObject({ code: 0 })
    const file = join(sandbox.cwd, 'resoftai.config.yaml')
    writeFileSync(file, 'providers:\n  groq:\n    plugin: openai-compatible\n    preset: groq\n    timeout: soon\n    api_bas: x\n')
    const result = await sandbox.run(['config', 'validate', '--json'])
    expect(result.code).toBe(6)
    const { problems } = result.json<{ error: { problems: { path: string; line?: number }[] } }>().error
    const lines = problems.map(({ path, line }) => `${path.split('.').at(-1) ?? ''}:${line ?? '-'}`)
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^api_key:/), 'timeout:5', 'api_bas:6']))
  })
})

describe('providers and models', () => {
  test('list what is configured, with its state', async () => {
    writeFileSync(
      join(sandbox.cwd, 'resoftai.config.yaml'),
      'providers:\n  groq: { plugin: openai-compatible, preset: groq }\n  lost: { plugin: nowhere }\n'
    )
    const { providers } = (await sandbox.run(['providers', '--json'])).json<{ providers: { name: string }[] }>()
    expect(providers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'groq', preset: 'groq', state: 'unconfigured', problem: expect.stringContaining('api_key') }),
        expect.objectContaining({ name: 'lost', state: 'unavailable' }),
        expect.objectContaining({ name: 'simulator', state: 'ready' })
      ])
    )
  })

  test('models of one provider, or of all: one that does not answer does not hide the others', async () => {
    const env = environmentOf(await serve())
    const one = (await sandbox.run(['models', 'openai-compatible', '--json'], { env })).json()
    expect(one).toMatchObject({
      models: [{ provider: 'openai-compatible', id: 'test-model', reference: 'openai-compatible/test-model' }],
      errors: []
    })
    writeFileSync(
      join(sandbox.cwd, 'resoftai.config.yaml'),
      'providers:\n  down: { plugin: openai-compatible, api_base: http://127.0.0.1:9/v1, max_retries: 0 }\n'
    )
    const all = await sandbox.run(['models', '--json'], { env })
    expect(all.code).toBe(0)
    expect(all.json()).toMatchObject({
      models: expect.arrayContaining([expect.objectContaining({ id: 'test-model' })]),
      errors: [{ provider: 'down', error: { kind: 'network' } }]
    })
    expect(await sandbox.run(['models', 'down'], { env })).toMatchObject({ code: 8 })
  })
})

describe('doctor', () => {
  test('says that everything is fine, or what is not and what to do', async () => {
    const env = environmentOf(await serve())
    const well = await sandbox.run(['doctor', '--json'], { env })
    expect(
      well
        .json<{ checks: { message: string }[] }>()
        .checks.map(({ message }) => message)
        .join('\n')
    ).toMatch(/openai-compatible answers/)
    expect(well).toMatchObject({ code: 0 })

    writeFileSync(
      join(sandbox.cwd, 'resoftai.config.yaml'),
      'providers:\n  down: { plugin: openai-compatible, api_base: http://127.0.0.1:9/v1, max_retries: 0 }\n'
    )
    const ill = await sandbox.run(['doctor'], { env })
    expect(ill).toMatchObject({ code: 1, stdout: expect.stringMatching(/^✗ Provider down cannot be reached: .*ECONNREFUSED/m) })
    expect(await sandbox.run(['doctor', '--offline'], { env })).toMatchObject({ code: 0 })

    writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), 'providers: [\n')
    expect(await sandbox.run(['doctor'], { env })).toMatchObject({ code: 1, stdout: expect.stringContaining('resoftai.config.yaml') })
  })
})
