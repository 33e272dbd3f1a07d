import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const { config, presets } = JSON.parse(read('resoftai.plugin.json')) as {
  readonly config: {
    readonly properties: Readonly<Record<string, { readonly default?: string | number | boolean; readonly 'x-env'?: readonly string[] }>>
  }
  readonly presets: Readonly<Record<string, { readonly api_base: string; readonly 'x-env'?: { readonly api_key: readonly string[] } }>>
}
const rows = [...read('README.md').matchAll(/^\| `(.+?)` \|(.*)$/gm)].map(([, name = '', rest = '']) => [name, rest] as const)

test('the manifest and the README list the same presets and config keys', () => {
  expect(rows.map(([name]) => name)).toEqual([...Object.keys(presets), ...Object.keys(config.properties)])
})

test.each(Object.entries(presets))('the README tells address and key of the preset %s', (name, { api_base, 'x-env': variables }) => {
  const [key] = variables?.api_key ?? []
  expect(new Map(rows).get(name)).toContain(`\`${api_base}\` | ${key === undefined ? 'none' : `\`${key}\``} |`)
})

test.each(Object.entries(config.properties))(
  'the README tells the default and the variables of %s',
  (name, { default: value, 'x-env': variables = [] }) => {
    const row = new Map(rows).get(name)
    if (value !== undefined && name !== 'api_base') expect(row).toMatch(new RegExp(`^ \`?${String(value)}\`? \\|`))
    for (const variable of variables) expect(row).toContain(`\`${variable}\``)
  }
)
