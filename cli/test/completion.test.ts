import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openStorage, type Storage } from '@resoftai/storage'
import { findCandidates } from '../src/completion/candidates.ts'
import { completionScripts } from '../src/completion/scripts.ts'
import { command, Sandbox } from './cli-process.ts'

const words = (...typed: readonly string[]) => {
  const candidates = findCandidates(typed)
  return typeof candidates === 'string' ? candidates : candidates.map(({ word }) => word)
}

describe('completion', () => {
  test('offers the commands, then their second words', () => {
    expect(words('')).toEqual(expect.arrayContaining(['chat', 'plugin', 'doctor', '--version']))
    expect(words('plugin', '')).toEqual(['install', 'list', 'info', 'config', 'uninstall', 'enable', 'disable', 'create', 'check'])
    expect(words('nonsense', '')).toEqual([])
  })

  test('offers the options of the command and what every command takes', () => {
    expect(words('chat', '--')).toEqual(expect.arrayContaining(['--provider', '--dry-run', '--json', '--help']))
    expect(words('plugin', 'list', '--')).not.toContain('--provider')
  })

  test('knows what stands behind an option, and at which argument the cursor is', () => {
    expect(words('chat', '-p', '')).toBe('provider')
    expect(words('chat', '--model', '')).toBe('route')
    expect(words('plugin', 'info', '')).toBe('plugin')
    expect(words('plugin', 'check', './')).toBe('directory')
    expect(words('plugin', 'create', 'acme', '--kind', '')).toEqual(['openai', 'dialect'])
    expect(words('agent', 'run', '--tools', '')).toBe('file')
    expect(words('secret', 'set', '--plugin', 'x', '')).toBe('provider')
    expect(words('secret', 'set', 'groq', '')).toEqual([])
    expect(words('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    for (const verb of ['rotate', 'revoke', 'update']) expect(words('keys', verb, '')).toBe('key')
    expect(words('keys', 'create', '')).toEqual([])
  })
})

describe('names of keys', () => {
  let sandbox: Sandbox
  let file: string
  beforeEach(() => {
    sandbox = new Sandbox()
    file = join(sandbox.home, 'resoftai.db')
  })
  afterEach(() => sandbox.remove())

  const complete = async (env: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await sandbox.run(['__complete', 'keys', 'rotate', ''], { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.split('\n').filter(line => line !== '')
  }
  const make = async (names: readonly string[]): Promise<Storage> => {
    mkdirSync(sandbox.home, { recursive: true })
    const storage = await openStorage(`sqlite:${file}`)
    for (const name of names) await storage.keys.create({ name, role: 'client', shown: 'rk-a…', digest: `digest of ${name}` })
    return storage
  }

  test('are those that are not revoked, and not those that a shell would read', async () => {
    const storage = await make(['bob', 'ann', 'gone', '张三', '$(touch evil)', 'a b', '-rf'])
    await storage.keys.revoke('gone', Date.now())
    await storage.close()
    expect(await complete()).toEqual(['ann', 'bob', '张三'])
  })

  test('are read without changing a file or making one, whether the gateway runs or not', async () => {
    const storage = await make(['ann'])
    expect(await complete()).toEqual(['ann'])
    await storage.keys.create({ name: 'bob', role: 'client', shown: 'rk-b…', digest: 'another' })
    expect(await complete()).toEqual(['ann', 'bob'])
    await storage.close()
    const before = readFileSync(file)
    expect(await complete()).toEqual(['ann', 'bob'])
    expect(readdirSync(sandbox.home)).toEqual(['resoftai.db'])
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('are none where there is no file, a broken or locked or foreign one, or a server', async () => {
    expect(await complete()).toEqual([])
    expect(existsSync(sandbox.home)).toBe(false)
    expect(await complete({ DATABASE_URL: 'postgres://127.0.0.1:9/none' })).toEqual([])
    expect(await complete({ DATABASE_URL: 'sqlite::memory:' })).toEqual([])
    mkdirSync(sandbox.home)
    expect(await complete()).toEqual([])
    expect(readdirSync(sandbox.home)).toEqual([])
    writeFileSync(file, 'no database')
    expect(await complete()).toEqual([])
    rmSync(file)
    new DatabaseSync(file).close()
    expect(await complete()).toEqual([])
    expect(readFileSync(file)).toHaveLength(0)
    rmSync(file)
    await (await make(['ann'])).close()
    const locking = new DatabaseSync(file)
    locking.exec('pragma locking_mode = exclusive; begin exclusive')
    expect(await complete()).toEqual([])
    locking.close()
  })
})

const hasBash = spawnSync('bash', ['--version']).status === 0
if (!hasBash) process.stderr.write('skipped: there is no bash here\n')

;(hasBash ? describe : describe.skip)('in bash', () => {
  const sandbox = new Sandbox()
  afterAll(() => sandbox.remove())

  test('the script offers commands, plugins, providers, routes and files', () => {
    const shim = join(sandbox.root, 'resoftai')
    writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${command}' "$@"\n`)
    chmodSync(shim, 0o755)
    writeFileSync(join(sandbox.cwd, 'tools.mjs'), '')
    writeFileSync(
      join(sandbox.cwd, 'resoftai.config.yaml'),
      'providers:\n  groq: { plugin: openai-compatible, preset: groq }\nroutes:\n  fast: [groq/llama]\n'
    )
    const complete = (...typed: readonly string[]) => {
      const line = `${completionScripts.bash}\nCOMP_WORDS=(resoftai "$@"); COMP_CWORD=$#; _resoftai; echo "\${COMPREPLY[@]}"`
      const env = { ...sandbox.env, PATH: `${sandbox.root}:${sandbox.env['PATH'] ?? ''}` }
      return execFileSync('bash', ['--norc', '-c', line, 'bash', ...typed], {
        cwd: sandbox.cwd,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore']
      }).trim()
    }
    expect(complete('plugin', 'in')).toBe('install info')
    expect(complete('plugin', 'info', 'open')).toBe('openai-compatible')
    expect(complete('chat', '-p', 'gr')).toBe('groq')
    expect(complete('chat', '-m', 'f')).toBe('fast')
    expect(complete('agent', 'run', '--tools', 'to')).toBe('tools.mjs')
  })
})
