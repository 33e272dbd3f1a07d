import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { dialectWith } from './reading.ts'

interface Manifest {
  readonly config: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> }
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const manifest = JSON.parse(readFileSync(new URL('../resoftai.plugin.json', import.meta.url), 'utf8')) as Manifest
const presets = Object.entries(manifest.presets)
const ajv = new Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const validate = ajv.compile(manifest.config)
const base = { api_base: 'https://api.anthropic.com' }

describe('the manifest', () => {
  test('asks for a key or a token', () => {
    expect(validate(base)).toBe(false)
    expect(validate.errors?.map(({ params }) => params['missingProperty'])).toContain('api_key')
    expect(validate({ ...base, api_key: 'k' })).toBe(true)
    expect(validate({ ...base, auth_token: 't' })).toBe(true)
  })

  test.each([
    ['betas', ['a,b']],
    ['betas', 'a'],
    ['version', ''],
    ['api_base', 'not an address'],
    ['prompt_caching', 'yes']
  ])('refuses %s: %j', (key, value) => {
    expect(validate({ ...base, api_key: 'k', [key]: value })).toBe(false)
  })

  test('and the README list the same presets, addresses and config keys', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rows = new Map([...readme.matchAll(/^\| `(.+?)` \|(.*)$/gm)].map(([, name, rest]) => [name, rest]))
    expect([...rows.keys()]).toEqual([...Object.keys(manifest.config.properties), ...Object.keys(manifest.presets)])
    for (const [name, preset] of presets) expect(rows.get(name)).toContain(`\`${String(preset['api_base'])}\``)
  })
})

test.each(presets)('%s: asks its own address', async (_, { api_base }) => {
  const dialect = await dialectWith({ api_base: String(api_base) })
  expect(dialect.encode({ model: 'm', messages: [] }, 'stream').url).toBe(`${String(api_base)}/v1/messages`)
})
