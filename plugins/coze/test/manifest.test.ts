import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

interface Manifest {
  readonly config: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, { readonly default?: unknown }>> }
  readonly presets: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const manifest = JSON.parse(read('resoftai.plugin.json')) as Manifest
const fields = manifest.config.properties
const defaults = Object.fromEntries(Object.entries(fields).flatMap(([key, field]) => ('default' in field ? [[key, field.default]] : [])))

const ajv = new Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const validate = ajv.compile(manifest.config)

describe('the manifest', () => {
  test.each<[object, readonly string[]]>([
    [{ api_key: 'k' }, []],
    [{ api_key: 'k', bot_id: '7', workflow_id: '8', system_variable: 'rules', custom_variables: { a: 'b' } }, []],
    [{ app_id: '1', public_key_id: '2', private_key: '3', token_duration: 86_399 }, []],
    [{}, ['api_key']],
    [{ app_id: '1' }, ['public_key_id', 'private_key']]
  ])('with %j lacks %j', (config, missing) => {
    validate({ ...defaults, ...config })
    expect((validate.errors ?? []).flatMap(({ params }) => (params['missingProperty'] as string | undefined) ?? [])).toEqual(missing)
  })

  test.each([
    { token_duration: 86_400 },
    { poll_timeout: 0 },
    { custom_variables: { a: 1 } },
    { system_variable: 'a b' },
    { api_base: 'coze' }
  ])('does not take %j', config => {
    expect(validate({ ...defaults, api_key: 'k', ...config })).toBe(false)
  })

  test('has a preset for each region, which take the same from the environment as no preset', () => {
    expect(Object.entries(manifest.presets).map(([name, { api_base }]) => [name, api_base])).toEqual([
      ['coze-com', 'https://api.coze.com'],
      ['coze-cn', 'https://api.coze.cn']
    ])
    const variables = Object.entries(fields).flatMap(([key, field]) =>
      'x-env' in field && key !== 'api_base' ? [[key, field['x-env']]] : []
    )
    for (const preset of Object.values(manifest.presets)) expect(preset['x-env']).toEqual(Object.fromEntries(variables))
  })

  test('and the README list the same fields', () => {
    const rows = [
      ...(read('README.md')
        .split('## Configuration')[1]
        ?.matchAll(/^\| `(\w+)` \|/gm) ?? [])
    ].map(([, name]) => name)
    expect(rows).toEqual(Object.keys(fields))
  })
})
