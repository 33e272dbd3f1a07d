import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { removeProvider, setProviderConfig } from './edit.ts'

let root: string
let file: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'resoftai-edit-'))
  file = join(root, 'new/config.yaml')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function existing(text: string): void {
  file = join(root, 'config.yaml')
  writeFileSync(file, text)
}
const text = () => readFileSync(file, 'utf8')

describe('setProviderConfig', () => {
  it('makes the file, for its owner only', async () => {
    await setProviderConfig(file, 'groq', { plugin: 'openai-compatible', preset: 'groq', timeout: 30, api_key: '${GROQ_API_KEY}' })
    expect(text()).toBe(
      'providers:\n  groq:\n    plugin: openai-compatible\n    preset: groq\n    timeout: 30\n    api_key: ${GROQ_API_KEY}\n'
    )
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(root, 'new'))).toEqual(['config.yaml'])
  })

  it('keeps comments, order, quotes and variables of everything else', async () => {
    existing(`# my providers
providers:
  zhipu: { api_key: \${ZHIPU_API_KEY}, note: "a: b" } # the good one
  groq: # the fast one
    timeout: 5 # seconds
    old: 1

log: # quiet
  level: 'error'
`)
    await setProviderConfig(file, 'groq', { timeout: 30, old: undefined, models: ['a', 'b'] })
    await setProviderConfig(file, 'zhipu', { timeout: 9 })
    expect(text()).toBe(`# my providers
providers:
  zhipu: { api_key: \${ZHIPU_API_KEY}, note: "a: b", timeout: 9 } # the good one
  groq:
    # the fast one
    timeout: 30 # seconds
    models:
      - a
      - b

log:
  # quiet
  level: 'error'
`)
  })

  it.each(['', '# only a comment\n', 'providers:\n', 'providers: {}\n', 'providers:\n  groq:\n', 'log: { level: info }\n'])(
    'adds to %j',
    async before => {
      existing(before)
      await setProviderConfig(file, 'groq', { timeout: 3 })
      expect(text()).toMatch(/^providers:\n? *\{? ?groq:\s*\{? ?timeout: 3/m)
      if (before.startsWith('#')) expect(text()).toContain('# only a comment')
      if (before.startsWith('log')) expect(text()).toContain('level: info')
    }
  )

  it('writes a provider that has no fields of its own', async () => {
    await setProviderConfig(file, 'simulator', {})
    expect(text()).toBe('providers:\n  simulator: {}\n')
  })

  it.each(['providers: [', 'a: 1\na: 2\n', '- list\n', 'providers: 5\n', 'providers: { groq: 5 }\n'])(
    'leaves a file alone that it does not understand: %j',
    async before => {
      existing(before)
      await expect(setProviderConfig(file, 'groq', { timeout: 3 })).rejects.toMatchObject({
        kind: 'config',
        problems: [expect.objectContaining({ file })]
      })
      expect(text()).toBe(before)
      expect(readdirSync(root)).toEqual(['config.yaml'])
    }
  )

  it('never writes a key, but the name of a variable or a file', async () => {
    const canary = 'sk-canary-77aa'
    const error: unknown = await setProviderConfig(file, 'groq', { api_key: canary }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind: 'usage', hint: expect.stringContaining('resoftai secret set groq api_key') })
    expect(JSON.stringify(error)).not.toContain(canary)
    expect(existsSync(file)).toBe(false)
    await setProviderConfig(file, 'groq', { api_key: 'file:/run/secrets/groq' })
    expect(text()).toContain('api_key: file:/run/secrets/groq')
  })

  it('refuses a symbolic link and a file that is not YAML', async () => {
    writeFileSync(join(root, 'real.yaml'), '')
    symlinkSync(join(root, 'real.yaml'), join(root, 'link.yaml'))
    await expect(setProviderConfig(join(root, 'link.yaml'), 'a', { timeout: 1 })).rejects.toMatchObject({ kind: 'config' })
    await expect(setProviderConfig(join(root, 'config.ts'), 'a', { timeout: 1 })).rejects.toMatchObject({ kind: 'usage' })
    expect(readFileSync(join(root, 'real.yaml'), 'utf8')).toBe('')
  })
})

describe('removeProvider', () => {
  it('takes one provider out and says whether there was one', async () => {
    existing('providers:\n  a: { x: 1 } # gone\n  b: { y: ${Y} } # stays\n')
    expect([await removeProvider(file, 'a'), await removeProvider(file, 'a'), await removeProvider(join(root, 'none.yaml'), 'a')]).toEqual([
      true,
      false,
      false
    ])
    expect(text()).toBe('providers:\n  b: { y: ${Y} } # stays\n')
    expect(readdirSync(root)).toEqual(['config.yaml'])
  })
})
