import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

interface Manifest {
  readonly config: { readonly required: readonly string[]; readonly properties: Readonly<Record<string, { readonly default?: unknown }>> }
  readonly presets: Readonly<Record<string, unknown>>
}

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const manifest = JSON.parse(read('resoftai.plugin.json')) as Manifest
const ajv = new Ajv2020({ allErrors: true, strict: false })
formats.default(ajv)
const validate = ajv.compile(manifest.config)

function missing(config: object): readonly string[] {
  validate({ default_model: 'm', ...config })
  return (validate.errors ?? []).flatMap(({ params }) => (typeof params['missingProperty'] === 'string' ? [params['missingProperty']] : []))
}

describe('the manifest', () => {
  test.each([
    ['nothing', {}, ['api_key']],
    ['a key', { api_key: 'k' }, []],
    ['an address of your own', { api_base: 'http://localhost:8080' }, []],
    ['a project', { project: 'p' }, ['access_token']],
    ['a project and a token', { project: 'p', access_token: 't' }, []],
    ['a project and a service account', { project: 'p', client_email: 'a@b', private_key: 'k' }, []],
    ['half of a service account', { project: 'p', client_email: 'a@b' }, ['private_key']]
  ])('with %s asks for what is missing', (_, config, fields) => {
    expect(missing(config)).toEqual(fields)
  })

  test('and the README list the same config keys and presets', () => {
    const rows = [...read('README.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(rows).toEqual([...Object.keys(manifest.presets), ...Object.keys(manifest.config.properties)])
  })
})
