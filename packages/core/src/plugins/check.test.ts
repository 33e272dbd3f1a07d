import { globSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { makePlugin, type PluginParts } from '../../test/plugins/make-plugin.ts'
import { checkPlugin } from './commands.ts'

async function check(parts: PluginParts = {}) {
  const checks = await checkPlugin(makePlugin(parts))
  return {
    names: checks.map(({ name, ok }) => `${name} ${ok ? 'ok' : 'wrong'}`),
    words: checks.flatMap(({ problems }) => problems.map(({ message, path = '' }) => `${path}: ${message}`)).join('\n')
  }
}

describe('Checking a plugin folder', () => {
  test('finds a good one good, by what would be published of it, and leaves nothing behind', async () => {
    const names = ['manifest ok', 'schema ok', 'presets ok', 'package ok', 'entry ok', 'create ok']
    expect((await check({ files: { 'traceless.js': '' } })).names).toEqual(names)
    expect(globSync('resoftai-check-*/*/traceless.js', { cwd: tmpdir() })).toEqual([])
  })

  test('ends with a manifest that is wrong', async () => {
    expect(await check({ manifest: { hosts: 1 } })).toEqual({
      names: ['manifest wrong'],
      words: 'hosts: hosts must be a list, not a number.'
    })
    expect((await check({ packageJson: { engines: { resoftai: '^9.0.0' } } })).words).toContain('this host has')
  })

  test('finds words in the config schema that mean nothing', async () => {
    const { names, words } = await check({
      manifest: { hosts: [], config: { type: 'object', properties: { a: { type: 'string', minLenght: 1 } } } }
    })
    expect(names).toEqual(['manifest ok', 'schema wrong', 'package ok', 'entry ok'])
    expect(words).toContain('minLenght')
  })

  test('finds defaults and presets that do not fit the schema', async () => {
    const { names, words } = await check({
      manifest: {
        hosts: [],
        config: { type: 'object', properties: { size: { type: 'integer', default: 'big' } } },
        presets: { one: { size: 1.5, timeout: -1 }, two: { size: 2, required: [] } }
      }
    })
    expect(names[2]).toBe('presets wrong')
    expect(words.split('\n')).toEqual([
      'config.properties.size: size must be a whole number, not a text.',
      'presets.one.size: size must be a whole number, not a fraction.',
      'presets.one.timeout: timeout must be greater than 0.'
    ])
  })

  test('finds files that would not be published', async () => {
    const parts = { code: 'export { default } from "./part.js"', files: { 'part.js': 'export default { create() {} }' } }
    const { names, words } = await check({ ...parts, packageJson: { files: ['index.js', 'resoftai.plugin.json'] } })
    expect(names).toEqual(['manifest ok', 'schema ok', 'presets ok', 'package ok', 'entry wrong'])
    expect(words).toContain('part.js')
    expect((await check({ packageJson: { files: ['resoftai.plugin.json'] } })).words).toContain('The entry file ./index.js does not exist')
    expect((await check({ packageJson: { dependencies: { lodash: '4' } } })).words).toContain('lodash')
  })

  test('tries create() with a config made from the schema', async () => {
    const config = {
      type: 'object',
      required: ['address', 'kind', 'code', 'size', 'secret'],
      properties: {
        address: { type: 'string', format: 'uri' },
        kind: { enum: ['a', 'b'] },
        code: { type: 'string', pattern: '^[0-9]{4}$', examples: ['1234'] },
        size: { type: 'integer' },
        secret: { type: 'string', writeOnly: true, minLength: 10 }
      }
    }
    const code = `export default { create({ config }) { throw new Error(JSON.stringify(config)) } }`
    const { names, words } = await check({ manifest: { hosts: [], config }, code })
    expect(names.at(-1)).toBe('create wrong')
    expect(words).toContain('"address":"https://api.example.com/v1","kind":"a","code":"1234","size":1,"secret":"{{secret:secret}}"')
  })

  test('asks for an example where it can think of none', async () => {
    const config = { type: 'object', required: ['code'], properties: { code: { type: 'string', pattern: '^[0-9]{4}$' } } }
    const { names, words } = await check({ manifest: { hosts: [], config } })
    expect(names.at(-1)).toBe('create wrong')
    expect(words).toContain('There is no example config to try create() with: code does not match')
  })
})
