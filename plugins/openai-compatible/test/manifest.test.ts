import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { testContext } from '@resoftai/sdk/testing'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenAIDialect } from '../src/dialect.ts'
import plugin, { type Config } from '../src/index.ts'

interface Manifest {
  readonly id: string
  readonly aliases: readonly string[]
  readonly config: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, { readonly default?: unknown }>> }
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const manifest = JSON.parse(readFileSync(new URL('../resoftai.plugin.json', import.meta.url), 'utf8')) as Manifest
const local = ['ollama', 'lm-studio', 'vllm']
const presets = Object.entries(manifest.presets)

/** A preset's values over the defaults, as the host hands them to the plugin. */
function configOf(preset: Readonly<Record<string, unknown>>, given: object = {}): Config {
  const defaults = Object.entries(manifest.config.properties).flatMap(([key, field]) => ('default' in field ? [[key, field.default]] : []))
  const { title: _title, 'x-env': _variables, required: _required, ...values } = preset
  return { ...Object.fromEntries(defaults), ...values, ...given }
}

async function dialectOf(config: Config): Promise<OpenAIDialect> {
  return (await plugin.create(testContext<Config>({ config: { ...config } }))) as OpenAIDialect
}

const ajv = new Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const validate = ajv.compile<Config>(manifest.config)

describe('the manifest', () => {
  test('has the presets that were promised', () => {
    expect(Object.keys(manifest.presets).toSorted()).toEqual(
      [
        'deepseek',
        'groq',
        'lm-studio',
        'moonshot',
        'ollama',
        'openai',
        'openrouter',
        'perplexity',
        'siliconflow',
        'together',
        'v3',
        'vllm'
      ].toSorted()
    )
  })

  test.each(presets)('the preset %s fits the config schema', (_, preset) => {
    expect(validate(configOf(preset, { api_key: 'k' })) || validate.errors).toBe(true)
    const known = new Set([...Object.keys(manifest.config.properties), 'title', 'x-env', 'required', 'timeout'])
    expect(Object.keys(preset).filter(key => !known.has(key))).toEqual([])
  })

  test.each(presets)('the preset %s asks for a key unless it is a server of your own', (name, { required, 'x-env': variables }) => {
    if (local.includes(name)) expect([required, variables]).toEqual([undefined, undefined])
    else expect([required, Object.keys(variables as object)]).toEqual([['api_key'], ['api_key']])
  })

  test('and the README list the same presets, addresses, variables and config keys', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rows = [...readme.matchAll(/^\| `(.+?)` \|(.*)$/gm)].map(([, name, rest]) => [name, rest] as const)
    expect(rows.map(([name]) => name)).toEqual([...Object.keys(manifest.presets), ...Object.keys(manifest.config.properties)])
    for (const [name, preset] of presets) {
      const [key] = Object.values((preset['x-env'] ?? {}) as Record<string, string[]>).flat()
      expect(new Map(rows).get(name)).toContain(`\`${String(preset['api_base'])}\` | ${key === undefined ? 'none' : `\`${key}\``} |`)
    }
  })

  test('asks for a key at api.openai.com and leaves it open at an address of your own', () => {
    expect(validate(configOf({}))).toBe(false)
    expect(validate.errors?.map(({ params }) => params['missingProperty'])).toContain('api_key')
    expect(validate(configOf({ api_base: 'http://localhost:8080/v1' }))).toBe(true)
  })

  test.each([
    ['tool_style', 'function'],
    ['unsupported', ['stream']],
    ['status_kinds', { 200: 'auth' }],
    ['status_kinds', { 403: 'wrong' }],
    ['health_path', 'key'],
    ['api_base', 'not an address']
  ])('refuses %s: %j', (key, value) => {
    expect(validate(configOf({}, { api_key: 'k', [key]: value }))).toBe(false)
  })
})

describe('the plugin', () => {
  test.each(presets)('%s: sends to its own address, with its key', async (_, preset) => {
    const dialect = await dialectOf(configOf(preset, { api_key: '{{secret:api_key}}' }))
    const { url, headers } = dialect.encode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }, 'stream')
    expect(url).toBe(`${String(preset['api_base'])}/chat/completions`)
    expect(headers).toEqual({ Authorization: 'Bearer {{secret:api_key}}' })
  })

  test('sends no key where there is none', async () => {
    const dialect = await dialectOf(configOf(manifest.presets['ollama'] ?? {}))
    expect(dialect.models?.encode()).toEqual({ url: 'http://localhost:11434/v1/models', headers: {} })
  })

  test.each<[string, object, object]>([
    ['groq', { maxTokens: 5 }, { max_completion_tokens: 5 }],
    ['ollama', { maxTokens: 5 }, { max_tokens: 5 }],
    ['openrouter', { reasoningEffort: 'low' }, { reasoning: { effort: 'low' } }],
    ['deepseek', { reasoningEffort: 'none' }, { thinking: { type: 'disabled' } }],
    ['lm-studio', { responseFormat: { type: 'json' } }, { response_format: { type: 'json_schema' } }],
    ['siliconflow', { responseFormat: { type: 'json_schema', name: 'n', schema: {} } }, { response_format: { type: 'json_object' } }]
  ])('the quirks of %s reach the body: %j', async (name, request, expected) => {
    const dialect = await dialectOf(configOf(manifest.presets[name] ?? {}, { api_key: 'k' }))
    expect(dialect.encode({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...request }, 'whole').body).toMatchObject(expected)
  })

  test('perplexity takes no tools, and says so', async () => {
    const dialect = await dialectOf(configOf(manifest.presets['perplexity'] ?? {}, { api_key: 'k' }))
    const { body, warnings } = dialect.encode(
      { model: 'm', messages: [{ role: 'user', content: 'Hi' }], tools: [{ name: 'f' }], stop: ['x'] },
      'stream'
    )
    expect(Object.keys(body as object)).toEqual(['model', 'messages', 'stream'])
    expect(warnings).toHaveLength(2)
  })

  test('every quirk can be set by a person', async () => {
    const config = configOf(
      {},
      {
        api_key: 'k',
        rename: { seed: 'random_seed' },
        unsupported: ['user'],
        system_role: 'developer',
        tool_style: 'functions',
        json_modes: ['json_object'],
        reasoning_style: 'object',
        replay: [],
        think_tags: true,
        status_kinds: { 403: 'quota' },
        health_path: '/me'
      }
    )
    expect(validate(config) || validate.errors).toBe(true)
    const dialect = await dialectOf(config)
    const { body } = dialect.encode(
      {
        model: 'm',
        messages: [
          { role: 'system', content: 's' },
          { role: 'assistant', content: 'x', providerData: { reasoning_details: [] } }
        ],
        seed: 1,
        user: 'u',
        tools: [{ name: 'f' }],
        responseFormat: { type: 'json_schema', name: 'n', schema: {} },
        reasoningEffort: 'low'
      },
      'whole'
    )
    expect(body).toEqual({
      model: 'm',
      messages: [
        { role: 'developer', content: expect.stringContaining('JSON Schema') },
        { role: 'assistant', content: 'x' }
      ],
      random_seed: 1,
      functions: [{ name: 'f', parameters: { type: 'object', properties: {} } }],
      response_format: { type: 'json_object' },
      reasoning: { effort: 'low' }
    })
    expect(dialect.decodeError?.(403, {}, new Headers())?.kind).toBe('quota')
    expect(dialect.health?.encode().url).toBe('https://api.openai.com/v1/me')
    const events = [...dialect.decode({ choices: [{ message: { content: '<think>a</think>b' } }] })]
    expect(events).toContainEqual({ type: 'reasoning', text: 'a' })
  })
})
