import { describe, expect, test } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { providerFields, providerSchema } from '../config/provider-fields.ts'
import type { Manifest } from '../plugins/types.ts'
import { schemaEngine } from './engine.ts'
import { preparedValidator } from './prepared.ts'
import { toProblems, type SchemaError } from './problems.ts'

const plugins = join(import.meta.dirname, '../../../../plugins')

function schemaOf(plugin: string) {
  const manifest = JSON.parse(readFileSync(join(plugins, plugin, 'resoftai.plugin.json'), 'utf8')) as Manifest
  const fields = providerFields(manifest)
  return { schema: providerSchema(manifest, fields), fields: Object.keys(fields) }
}

const values = [
  null,
  true,
  0,
  -1,
  1.5,
  1e9,
  '',
  'x',
  '/x',
  'no uri',
  'https://a.example/v1',
  '$&',
  'é'.repeat(300),
  [],
  ['x', 'x', 1],
  {},
  { x: 1, y: { z: [] } }
]

describe('the config of a plugin that comes with resoftai', () => {
  test.each(readdirSync(plugins))('is judged by a prepared validator as by one that is compiled: %s', async plugin => {
    const { schema, fields } = schemaOf(plugin)
    const prepared = (await preparedValidator(JSON.stringify(schema)))!
    expect(prepared).toBeDefined()
    const { $schema: _draft, $id: _name, ...document } = schema
    const compiled = (await schemaEngine(schema, false)).compile(document)
    const configs: unknown[] = [
      null,
      [],
      {},
      { strange: 1, ap_base: 'x' },
      ...fields.flatMap(field => values.map(value => ({ [field]: value })))
    ]
    const wrong = configs.filter(config => {
      const isGood = compiled(config)
      expect([prepared(config), toProblems(prepared.errors)]).toEqual([isGood, toProblems(compiled.errors as readonly SchemaError[])])
      return !isGood
    })
    expect(wrong.length).toBeGreaterThan(0)
    expect(wrong.length).toBeLessThan(configs.length)
  })
})

test('a schema that has changed since has no prepared validator', async () => {
  const { schema } = schemaOf('simulator')
  expect(await preparedValidator(JSON.stringify({ ...schema, title: 'Changed' }))).toBeUndefined()
})
