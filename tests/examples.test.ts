import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { codeBlocks } from './markdown.ts'

const root = resolve(import.meta.dirname, '..')
const example = join(root, 'examples/hello-plugin')
const node = process.execPath
let folder: string
let env: NodeJS.ProcessEnv

/** A machine of a stranger: an empty home, nothing of ours in the environment, `resoftai` in the PATH. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'resoftai examples-'))
  const { PATH = '' } = process.env
  env = {
    PATH: [join(root, 'node_modules/.bin'), PATH].join(delimiter),
    HOME: folder,
    RESOFTAI_HOME: join(folder, 'home'),
    RESOFTAI_LANG: 'en'
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = async (cwd: string, command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
  const running = promisify(execFile)(command, args, { cwd, env: { ...env, ...more }, timeout: 60_000 })
  running.child.stdin?.end()
  return (await running).stdout
}
const shell = (cwd: string, script: string, more?: NodeJS.ProcessEnv) => run(cwd, 'bash', ['--norc', '-eo', 'pipefail', '-c', script], more)
const resoftai = (cwd: string, args: readonly string[], more?: NodeJS.ProcessEnv) =>
  run(cwd, node, [join(root, 'cli/bin/resoftai.js'), ...args], more)

/** What `npm install --save-dev` of a folder does. */
function useSdk(directory: string): void {
  mkdirSync(join(directory, 'node_modules/@resoftai'), { recursive: true })
  symlinkSync(join(root, 'packages/sdk'), join(directory, 'node_modules/@resoftai/sdk'))
}

describe('hello-plugin', () => {
  let vendor: ChildProcess
  let address: string
  let workspace: string

  beforeAll(async () => {
    workspace = join(folder, 'work')
    mkdirSync(workspace)
    cpSync(example, join(workspace, 'hello-plugin'), { recursive: true, filter: source => !source.includes('node_modules') })
    useSdk(join(workspace, 'hello-plugin'))
    vendor = spawn(node, [join(example, 'vendor.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [first] = (await once(vendor.stdout as Readable, 'data')) as [Buffer]
    address = first.toString().trim()
  })
  afterAll(() => void vendor.kill())

  /** The commands of one step of the guide, as they are written there but for the address, and without the vendor, who is there already. */
  const commandsOf = (step: number) => {
    const guide = readFileSync(join(root, 'docs/guides/write-a-provider-plugin.md'), 'utf8')
    const section = guide.split(/^## /m).find(text => text.startsWith(`${step}. `)) ?? ''
    const lines = codeBlocks(section).flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []))
    return lines.filter(line => !line.startsWith('node hello-plugin/vendor.js')).map(line => line.replace('http://127.0.0.1:8787', address))
  }

  test('its own test passes', async () => {
    expect(await run(example, node, ['--test', '--test-reporter=tap'])).toContain('# pass 1')
  })

  test('its own test fails when the plugin forgets to finish', async () => {
    const broken = join(folder, 'broken')
    cpSync(example, broken, { recursive: true, filter: source => !source.includes('node_modules') })
    useSdk(broken)
    const text = readFileSync(join(broken, 'index.js'), 'utf8')
    writeFileSync(join(broken, 'index.js'), text.replace(/,\n {4}\{ type: 'finish'.*\}\n/, '\n'))
    await expect(run(broken, node, ['--test'])).rejects.toThrow('failed')
  })

  test('the commands of the guide work as they are written', async () => {
    const commands = commandsOf(6)
    expect(commands.map(command => /resoftai (?:plugin )?\w+/.exec(command)?.[0])).toEqual([
      'resoftai plugin check',
      'resoftai plugin install',
      'resoftai plugin config',
      'resoftai chat',
      'resoftai chat'
    ])
    const outputs: string[] = []
    for (const command of commands) outputs.push(await shell(workspace, command))
    expect(outputs[3]).toBe('Hello! You said: Good morning\n')
    expect(outputs[4]).toContain('/talk')
    expect(outputs[4]).toContain('Bearer {{secret:api_key}}')
    expect(outputs.join('')).not.toContain('let-me-in')
  })

  test('an installed copy answers whole, lists no key, and explains a wrong model', async () => {
    const reply = JSON.parse(await resoftai(workspace, ['chat', '-p', 'hello', '--json', 'Hi'])) as Record<string, unknown>
    expect(reply).toMatchObject({ content: 'Hello! You said: Hi', finishReason: 'stop', usage: { inputTokens: 12, outputTokens: 7 } })
    expect(await resoftai(workspace, ['config', 'show', '--json'])).not.toContain('let-me-in')
    await expect(resoftai(workspace, ['chat', '-p', 'hello', '-m', 'hello-9', 'Hi'])).rejects.toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no voice hello-9.')
    })
  })

  test('a packed copy installs into another home', async () => {
    const home = { RESOFTAI_HOME: join(folder, 'other home') }
    const [pack = '', install = ''] = commandsOf(8)
    const [, , configure = '', chat = ''] = commandsOf(6)
    await shell(join(workspace, 'hello-plugin'), [pack, install].join('\n'), home)
    expect(await shell(workspace, [configure, chat].join('\n'), home)).toMatch(/Hello! You said: Good morning\n$/)
  })
})

describe('the library', () => {
  const script = (name: string) => run(join(root, 'examples/project'), node, [name])

  test('asks for a whole reply and for a stream', async () => {
    expect(await script('ask.js')).toMatch(/simulator[^]*simulator/i)
  })

  test('runs an agent with a tool', async () => {
    expect(await script('agent.js')).toMatch(/ finished \d+\n$/)
  })

  test('keeps a budget, and has the call that it refused in the ledger', async () => {
    const lines = (await script('budget.js')).split('\n')
    expect(lines[0]).toBe('Air scatters blue light most. 840000n CNY')
    expect(lines[1]).toMatch(/^This request may cost up to .* CNY, and the budget "day" of 0.02 CNY has no room for it: 0.00084 CNY spent/)
    expect(lines.slice(2)).toEqual(['day 840000n 0n 20000000n CNY', 'finished 20 100 840000n', 'quota null null null', ''])
  })

  test('serves the gateway itself', async () => {
    expect(await script('gateway.js')).toMatch(/^200 This is the ResoftAI simulator/)
  })

  test('explains what failed', async () => {
    expect(await script('errors.js')).toContain('nothing was asked: not_found')
  })
})

describe('configuration', () => {
  const config = (file: string) => JSON.parse(file) as Record<string, unknown>

  test('the example is valid and makes its providers ready', async () => {
    const cwd = join(folder, 'config')
    mkdirSync(cwd)
    for (const file of ['resoftai.config.yaml', 'office-key.txt']) cpSync(join(root, 'examples/project', file), join(cwd, file))
    const key = { GROQ_API_KEY: 'gsk-invented-0123456789' }
    await resoftai(cwd, ['config', 'validate'], key)
    const shown = await resoftai(cwd, ['providers', '--json'], key)
    for (const name of ['groq', 'office', 'simulator']) expect(shown).toMatch(new RegExp(`"name": ?"${name}"[^}]*"state": ?"ready"`))
    expect(config(await resoftai(cwd, ['config', 'show', '--origin', '--json'], key))).toBeDefined()
  })

  test('three names in .env make a provider', async () => {
    const cwd = join(folder, 'three names')
    mkdirSync(cwd)
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const names = codeBlocks(readme).find(({ text }) => text.includes('BASE_URL'))?.text ?? ''
    writeFileSync(join(cwd, '.env'), names.replace('…', 'invented-key-0123456789'))
    const request = await resoftai(cwd, ['chat', '--dry-run', '--json', 'Hi'], { RESOFTAI_HOME: join(cwd, 'home') })
    expect(config(request)).toMatchObject({ url: 'https://api.example.com/v1/chat/completions', body: { model: 'some-model' } })
    expect(request).not.toContain('invented-key')
  })
})
