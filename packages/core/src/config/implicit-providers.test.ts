import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Manifest } from '../plugins/types.ts'
import { completeEntry, implicitProviders } from './implicit-providers.ts'
import { loadConfig } from './load.ts'
import { secretStore } from './secret-store.ts'

const about = { manifestVersion: 1, title: 't', provides: ['chat'], hosts: [] } as const
const key = { type: 'string', writeOnly: true } as const
const compatible: Manifest = {
  ...about,
  id: 'compatible',
  aliases: ['compatible-provider'],
  config: {
    type: 'object',
    required: ['api_base', 'api_key'],
    properties: {
      api_base: { type: 'string', default: 'https://x/v1', 'x-env': ['BASE_URL'] },
      api_key: { ...key, 'x-env': ['API_KEY'] },
      region: { type: 'string' },
      default_model: { type: 'string', 'x-env': ['MODEL'] }
    }
  },
  presets: {
    groq: { api_base: 'https://groq/v1', 'x-env': { api_key: ['GROQ_API_KEY'] } },
    vendor: { required: ['api_key', 'region'], 'x-env': { api_key: ['VENDOR_KEY'], region: ['VENDOR_REGION'] } },
    local: { api_base: 'http://localhost/v1', required: ['api_base'], 'x-env': {} }
  }
}
const zhipu: Manifest = {
  ...about,
  id: 'zhipu',
  config: { type: 'object', required: ['api_key'], properties: { api_key: { ...key, 'x-env': ['ZHIPU_API_KEY'] } } }
}
const simulator: Manifest = { ...about, id: 'simulator', config: { type: 'object', properties: { delay: { type: 'number', default: 0 } } } }

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'resoftai-implicit-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

async function names(
  env: Readonly<Record<string, string>>,
  { stored = [], providers = {} }: { stored?: readonly string[]; providers?: object } = {}
) {
  const secrets = secretStore({ home: root })
  for (const name of stored) secrets.set(name, 'api_key', 'secret')
  const config = await loadConfig({ cwd: root, home: root, env, config: { providers } })
  return Object.entries(implicitProviders({ manifests: [simulator, compatible, zhipu], config, secrets })).map(
    ([name, { plugin, preset }]) => [name, plugin, preset].filter(Boolean).join(' ')
  )
}

describe('implicitProviders', () => {
  it.each([
    ['nothing', {}, ['simulator simulator']],
    ['a variable of a plugin', { ZHIPU_API_KEY: 'k' }, ['zhipu zhipu', 'simulator simulator']],
    ['the generic variables', { API_KEY: 'k', BASE_URL: 'https://y/v1', MODEL: 'm' }, ['compatible compatible', 'simulator simulator']],
    ['a variable of a preset', { GROQ_API_KEY: 'k' }, ['groq compatible groq', 'simulator simulator']],
    ['all that a preset asks for', { VENDOR_KEY: 'k', VENDOR_REGION: 'eu' }, ['vendor compatible vendor', 'simulator simulator']],
    ['less than a preset asks for', { VENDOR_KEY: 'k' }, ['simulator simulator']],
    ['an address without a key', { BASE_URL: 'https://y/v1', MODEL: 'm' }, ['simulator simulator']],
    ['an empty variable', { ZHIPU_API_KEY: '' }, ['simulator simulator']]
  ])('with %s', async (_name, env, expected) => {
    expect(await names(env)).toEqual(expected)
  })

  it('come from the secret store too, also where no key is asked for', async () => {
    expect(await names({}, { stored: ['zhipu', 'groq', 'local', 'nobody'] })).toEqual([
      'zhipu zhipu',
      'groq compatible groq',
      'local compatible local',
      'simulator simulator'
    ])
  })

  it('leave the names that the configuration has to it', async () => {
    expect(await names({ ZHIPU_API_KEY: 'k', GROQ_API_KEY: 'k' }, { providers: { zhipu: {}, simulator: { plugin: 'zhipu' } } })).toEqual([
      'groq compatible groq'
    ])
  })
})

describe('completeEntry', () => {
  it.each([
    ['groq', { api_key: 'x' }, { plugin: 'compatible', preset: 'groq', api_key: 'x' }],
    ['groq', { preset: 'local' }, { plugin: 'compatible', preset: 'local' }],
    ['groq', { plugin: 'zhipu' }, { plugin: 'zhipu' }],
    ['zhipu', {}, {}],
    ['compatible-provider', {}, {}],
    ['unknown', { a: 1 }, { a: 1 }],
    ['constructor', {}, {}]
  ])('of %s %j is %j', (name, entry, expected) => {
    expect(completeEntry(name, entry, [compatible, zhipu])).toEqual(expected)
  })
})
