import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const { config } = JSON.parse(read('resoftai.plugin.json')) as {
  readonly config: { readonly properties: Readonly<Record<string, { readonly 'x-env'?: readonly string[] }>> }
}

test('the manifest and the README list the same config keys and variables', () => {
  const rows = [...read('README.md').matchAll(/^\| `(.+?)` \|(.*)$/gm)].map(([, name = '', rest = '']) => [name, rest] as const)
  expect(rows.map(([name]) => name)).toEqual(Object.keys(config.properties))
  for (const [name, row] of rows) for (const variable of config.properties[name]?.['x-env'] ?? []) expect(row).toContain(`\`${variable}\``)
})

test.each([
  [{}, false],
  [{ api_key: 'k' }, true],
  [{ access_token: 't' }, true],
  [{ api_key: 'k', surface: 'classic' }, false],
  [{ api_key: 'k', api_version: '2024-10-21' }, true],
  [{ api_key: 'k', api_version: '2024-10-21&x=1' }, false]
])('%j is a good configuration: %s', (given, good) => {
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  expect(ajv.compile(config)({ api_base: 'https://r.openai.azure.com', ...given })).toBe(good)
})
