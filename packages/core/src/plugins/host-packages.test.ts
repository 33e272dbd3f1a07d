import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeFolder, makePlugin } from '../../test/plugins/make-plugin.ts'
import { bringHostPackages, checkPlugin, installPlugin } from './commands.ts'
import { loadDefinition } from './load.ts'

/** A plugin that comes with the host and lets others use its parts; `needs` of it too. */
function bundledPlugin(id: string, needs: Readonly<Record<string, string>> = {}): string {
  const imports = Object.keys(needs).map(name => `export { words as theirs } from '${name}/words'\n`)
  return makePlugin({
    id,
    packageJson: { files: ['*.js', '*.d.ts'], exports: { '.': './index.js', './words': './words.js' }, peerDependencies: needs },
    files: {
      'words.js': `${imports.join('')}export const words = 'of ${id}'\n`,
      'words.d.ts': 'export const words: string\n',
      'notes.txt': ''
    }
  })
}

const user = (needs: Readonly<Record<string, string>>) => ({
  packageJson: { peerDependencies: needs },
  code: `import * as words from 'resoftai-plugin-relay/words'\nexport default { create: () => words }\n`
})

const bundled = [bundledPlugin('vendor'), bundledPlugin('relay', { 'resoftai-plugin-vendor': '^1.0.0' })]
const needs = { 'resoftai-plugin-relay': '^1.0.0' }

describe('A plugin may use the packages of plugins that come with the host', () => {
  test('when it names them: they and what they need are beside it once it is installed', async () => {
    const plugin = await installPlugin(makePlugin(user(needs)), { home: makeFolder(), bundled })
    const definition = await loadDefinition(plugin)
    expect({ ...(await definition.create({} as never)) }).toEqual({ words: 'of relay', theirs: 'of vendor' })
    expect(readdirSync(join(plugin.directory, 'node_modules/resoftai-plugin-relay')).toSorted()).toEqual([
      'index.js',
      'package.json',
      'words.js'
    ])
  })

  test('and is checked with them', async () => {
    const code = `import { words } from 'resoftai-plugin-relay/words'\nexport default { create: () => ({ chat() {}, words }) }\n`
    const checks = await checkPlugin(makePlugin({ ...user(needs), code }), { bundled })
    expect(checks.flatMap(({ problems }) => problems)).toEqual([])
  })

  test('but not when it does not name them, and none that this host does not have', async () => {
    const home = makeFolder()
    await expect(installPlugin(makePlugin(user({})), { home, bundled })).rejects.toMatchObject({
      message: expect.stringContaining("Cannot find package 'resoftai-plugin-relay'")
    })
    await expect(installPlugin(makePlugin(user(needs)), { home })).rejects.toMatchObject({
      message: 'Plugin acme needs packages that are not inside of it: resoftai-plugin-relay.'
    })
  })

  test('and keeps the one that it brings along', async () => {
    const own = { name: 'resoftai-plugin-relay', version: '0.9.0', exports: { './words': './words.js' }, type: 'module' }
    const parts = user(needs)
    const directory = makePlugin({
      ...parts,
      packageJson: { ...parts.packageJson, bundleDependencies: ['resoftai-plugin-relay'] },
      files: {
        'node_modules/resoftai-plugin-relay/package.json': JSON.stringify(own),
        'node_modules/resoftai-plugin-relay/words.js': `export const words = 'of its own'`
      }
    })
    const definition = await loadDefinition(await installPlugin(directory, { home: makeFolder(), bundled }))
    expect({ ...(await definition.create({} as never)) }).toEqual({ words: 'of its own' })
  })
})

test('A folder to work in gets the types of the packages as well', async () => {
  const directory = makePlugin(user(needs))
  await bringHostPackages(directory, { bundled })
  for (const file of ['@resoftai/sdk/dist/index.d.ts', '@resoftai/sdk/dist/testing/index.js', 'resoftai-plugin-relay/words.d.ts'])
    expect([file, existsSync(join(directory, 'node_modules', file))]).toEqual([file, true])
})
