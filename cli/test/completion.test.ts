import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
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
