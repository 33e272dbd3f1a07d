import { describe, expect, test } from '@jest/globals'
import { makePlugin, type PluginParts } from '../../test/plugins/make-plugin.ts'
import { loadDefinition } from './load.ts'
import { findPlugins } from './plugin-index.ts'
import type { FoundPlugin } from './types.ts'

function found(parts: PluginParts): FoundPlugin {
  const [plugin] = findPlugins({ home: '/nowhere', bundled: [makePlugin(parts)], paths: [] }).plugins
  if (plugin === undefined) throw new Error('the plugin of this test is broken')
  return plugin
}

describe('Loading a plugin', () => {
  test.each([
    ['a module', { code: 'export default { create() {} }' }],
    ['CommonJS', { packageJson: { exports: './index.cjs' }, files: { 'index.cjs': 'module.exports = { create() {} }' } }],
    [
      'transpiled CommonJS',
      { packageJson: { exports: './index.cjs' }, files: { 'index.cjs': 'exports.__esModule = true; exports.default = { create() {} }' } }
    ]
  ])('gives the definition of %s', async (_name, parts) => {
    expect(typeof (await loadDefinition(found(parts))).create).toBe('function')
  })

  test.each([
    ['throws', 'throw new Error("no good")', 'Plugin acme could not be loaded: no good'],
    ['throws a text', 'throw "no good"', 'Plugin acme could not be loaded: no good'],
    ['throws null', 'throw null', 'Plugin acme could not be loaded: null'],
    ['is no code', 'export default {', 'Plugin acme could not be loaded: '],
    ['exports nothing', 'export {}', 'Plugin acme has no provider as its default export.'],
    ['exports a class', 'export default class { create() {} }', 'Plugin acme has no provider as its default export.'],
    ['exports null', 'export default null', 'Plugin acme has no provider as its default export.']
  ])('names the plugin and the file when its code %s', async (_name, code, message) => {
    const plugin = found({ code })
    await expect(loadDefinition(plugin)).rejects.toMatchObject({
      kind: 'plugin',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(plugin.entryFile)
    })
  })

  test('gives up when an await at the top never ends', async () => {
    const plugin = found({ code: 'await new Promise(() => {})\nexport default { create() {} }' })
    await expect(loadDefinition(plugin, { timeoutMs: 200 })).rejects.toMatchObject({
      kind: 'plugin',
      message: 'Plugin acme was not loaded within 0.2 s.',
      hint: expect.stringContaining(plugin.entryFile)
    })
  })
})
