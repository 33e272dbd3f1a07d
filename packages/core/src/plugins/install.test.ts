import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { testContext } from '@resoftai/sdk/testing'
import { goodCode, makeFolder, makePlugin, type PluginParts } from '../../test/plugins/make-plugin.ts'
import { entriesOf, writeTarball } from '../../test/plugins/make-tarball.ts'
import { installPlugin, setEnabled, uninstallPlugin } from './commands.ts'
import { loadDefinition } from './load.ts'
import { findPlugins } from './plugin-index.ts'

/** Everything below a folder, with what is in it, but for claims and times. */
function snapshot(directory: string): Readonly<Record<string, string>> {
  if (!existsSync(directory)) return {}
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => !entry.isDirectory())
  return Object.fromEntries(
    files.map(entry => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')])
  )
}

function versionsIn(home: string): readonly string[] {
  return readdirSync(join(home, 'plugins', 'gen')).toSorted()
}

function packTarball(parts: PluginParts = {}): string {
  return writeTarball(join(makeFolder(), 'acme.tgz'), entriesOf(makePlugin(parts)))
}

const withVersion = (version: string): PluginParts => ({ packageJson: { version } })

describe('A plugin is installed', () => {
  test('from a folder, and its code loads the SDK of the host from wherever the home is', async () => {
    const home = join(makeFolder(), 'a b 极致 😀')
    const steps: string[] = []
    const plugin = await installPlugin(makePlugin(), { home, onProgress: step => steps.push(step) })
    expect(plugin).toMatchObject({ id: 'acme', version: '1.0.0', source: 'installed', enabled: true, outcome: 'installed', shadows: [] })
    expect(plugin.directory).toMatch(/plugins\/gen\/acme@1\.0\.0-[0-9a-f]{8}$/)
    expect(steps).toEqual(['unpack', 'check', 'load', 'commit'])
    expect(typeof (await loadDefinition(plugin)).create).toBe('function')
  })

  test('from a folder named relative to where the user is', async () => {
    const directory = makePlugin({}, join(makeFolder(), 'mine'))
    expect(await installPlugin('./mine', { home: makeFolder(), cwd: join(directory, '..') })).toMatchObject({ id: 'acme' })
  })

  test('from a tarball', async () => {
    expect(await installPlugin(packTarball(), { home: makeFolder() })).toMatchObject({ id: 'acme', outcome: 'installed' })
  })

  test('from the plugins that come with the host, by id or alias', async () => {
    const bundled = [makePlugin({ id: 'broken', manifest: { hosts: 1 } }), makePlugin({ manifest: { aliases: ['acme-provider'] } })]
    const home = makeFolder()
    expect(await installPlugin('acme-provider', { home, bundled })).toMatchObject({ id: 'acme', outcome: 'installed' })
    expect(await installPlugin('acme', { home, bundled })).toMatchObject({ outcome: 'unchanged' })
  })

  test('a second time without any change when nothing is different, from wherever', async () => {
    const home = makeFolder()
    const directory = makePlugin()
    await installPlugin(directory, { home })
    const before = snapshot(home)
    expect(await installPlugin(directory, { home })).toMatchObject({ outcome: 'unchanged' })
    const tarball = writeTarball(join(makeFolder(), 'acme.tgz'), entriesOf(directory))
    expect(await installPlugin(tarball, { home })).toMatchObject({ outcome: 'unchanged' })
    expect(snapshot(home)).toEqual(before)
  })

  test('over another version, keeping the last two before it', async () => {
    const home = makeFolder()
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) await installPlugin(makePlugin(withVersion(version)), { home })
    expect(versionsIn(home).map(name => name.replace(/-.*/, ''))).toEqual(['acme@1.1.0', 'acme@1.2.0', 'acme@1.3.0'])
    expect(findPlugins({ home, bundled: [], paths: [] }).plugins).toMatchObject([{ version: '1.3.0' }])
    const record = JSON.parse(readFileSync(join(home, 'plugins/installed/acme.json'), 'utf8')) as {
      installed: { previous: { version: string }[] }
    }
    expect(record.installed.previous.map(({ version }) => version)).toEqual(['1.2.0', '1.1.0'])
  })

  test('and stays disabled when it was', async () => {
    const home = makeFolder()
    await installPlugin(makePlugin(), { home })
    await setEnabled('acme', false, { home })
    expect(await installPlugin(makePlugin(withVersion('1.1.0')), { home })).toMatchObject({ enabled: false, outcome: 'updated' })
  })

  test('readable for its user only', async () => {
    const home = join(makeFolder(), 'home')
    await installPlugin(makePlugin(), { home })
    const modes = ['plugins', 'plugins/gen', 'plugins/installed', 'plugins/installed/acme.json'].map(
      path => statSync(join(home, path)).mode & 0o777
    )
    expect(modes.map(mode => mode.toString(8))).toEqual(['700', '700', '700', '600'])
  })

  test('into a home that is reached by a link', async () => {
    const real = makeFolder()
    const home = join(makeFolder(), 'link')
    symlinkSync(real, home)
    const plugin = await installPlugin(makePlugin(), { home })
    expect(typeof (await loadDefinition(plugin)).create).toBe('function')
  })

  test('with the code it needs inside of it', async () => {
    const files = {
      'node_modules/left/package.json': '{"name":"left","type":"module","exports":"./index.js"}',
      'node_modules/left/index.js': 'export const left = 1'
    }
    const packageJson = { dependencies: { left: '1.0.0', '@resoftai/sdk': '^1.0.0' }, bundleDependencies: ['left'] }
    const directory = makePlugin({ code: `import { left } from 'left'\n${goodCode}`, files, packageJson })
    expect(await installPlugin(directory, { home: makeFolder() })).toMatchObject({ outcome: 'installed' })
  })

  test.each([
    ['CommonJS', { exports: './index.cjs' }, { 'index.cjs': 'exports.default = { create() { return {} } }\nexports.__esModule = true' }],
    [
      'CommonJS that exports the definition itself',
      { exports: './index.cjs' },
      { 'index.cjs': 'module.exports = { create() { return {} } }' }
    ],
    [
      'TypeScript without a build',
      { exports: './index.ts' },
      { 'index.ts': 'const create: () => object = () => ({})\nexport default { create }' }
    ]
  ])('when its code is %s', async (_name, packageJson, files) => {
    const plugin = await installPlugin(makePlugin({ packageJson, files }), { home: makeFolder() })
    expect(plugin.outcome).toBe('installed')
  })

  test('without running any script', async () => {
    const scripts = Object.fromEntries(
      ['preinstall', 'install', 'postinstall', 'prepare', 'prepack', 'prepublish'].map(name => [name, 'touch ran'])
    )
    const directory = makePlugin({ packageJson: { scripts }, files: { 'binding.gyp': '{}' } })
    const { directory: installed } = await installPlugin(directory, { home: makeFolder() })
    expect([existsSync(join(directory, 'ran')), existsSync(join(installed, 'ran'))]).toEqual([false, false])
  })
})

describe('What cannot be installed leaves the store as it was:', () => {
  const shout = (code: string): PluginParts => ({ code })
  const cases: readonly (readonly [string, PluginParts, string, string])[] = [
    ['a broken manifest', { manifest: { hosts: 'x' } }, 'plugin', 'is not a plugin that can be used'],
    ['another host API', { packageJson: { version: '2.0.0', engines: { resoftai: '^9.0.0' } } }, 'incompatible', 'is for another version'],
    ['a manifest that `files` leaves out', { packageJson: { files: ['index.js'] } }, 'plugin', 'is not a plugin that can be used'],
    [
      'dependencies that are not there',
      { packageJson: { dependencies: { lodash: '4' } } },
      'plugin',
      'needs packages that are not inside of it: lodash'
    ],
    [
      'an unknown word in the config schema',
      { manifest: { hosts: [], config: { type: 'object', properties: { a: { type: 'string', minLenght: 1 } } } } },
      'plugin',
      'cannot be used'
    ],
    ['code that throws', shout('throw new Error("no good")'), 'plugin', 'throws: no good'],
    ['code that throws something odd', shout('throw { get message() { throw 1 } }'), 'plugin', 'throws: something that cannot be shown'],
    ['code that throws nothing', shout('throw undefined'), 'plugin', 'throws: undefined'],
    ['code that is no code', shout('export default {'), 'plugin', 'throws: '],
    ['code that needs what is not there', shout('import "left-pad"'), 'plugin', 'left-pad'],
    ['code without a provider', shout('export const create = 1'), 'plugin', 'has no provider as its default export'],
    ['code that ends the process', shout('process.exit(0)'), 'plugin', 'ends the process while it loads (exit code 0)'],
    ['code that kills the process', shout('process.kill(process.pid, "SIGKILL")'), 'plugin', 'ends the process while it loads (SIGKILL)'],
    ['code that waits for ever', shout('await new Promise(() => {})'), 'plugin', 'never ends loading'],
    [
      'code that rejects later',
      shout(`Promise.reject(new Error("too late"))\n${goodCode}`),
      'plugin',
      'fails while it loads: Error: too late'
    ],
    [
      'code that takes all memory',
      shout('const all = []; for (;;) all.push(new Array(1e6).fill(1.5))'),
      'plugin',
      'needs more than 256 MB of memory'
    ],
    [
      'code that changes what all objects have',
      shout(`Object.prototype.evil = 1\n${goodCode}`),
      'plugin',
      'changes what all code shares: Object.prototype.evil'
    ],
    [
      'code that replaces built-in functions',
      shout(`JSON.parse = () => 1; globalThis.fetch = () => 2\n${goodCode}`),
      'plugin',
      'fetch, JSON.parse'
    ],
    [
      'code that reads other files',
      shout(`import { readFileSync } from 'node:fs'\nreadFileSync('/etc/hostname')\n${goodCode}`),
      'plugin',
      'throws: Access to this API has been restricted'
    ],
    [
      'code that writes',
      shout(`import { writeFileSync } from 'node:fs'\nwriteFileSync('x', '')\n${goodCode}`),
      'plugin',
      'throws: Access to this API has been restricted'
    ],
    [
      'code that starts programs',
      shout(`import { execSync } from 'node:child_process'\nexecSync('true')\n${goodCode}`),
      'plugin',
      'throws: Access to this API has been restricted'
    ]
  ]

  test.each(cases)('%s', async (_name, parts, kind, words) => {
    const home = makeFolder()
    await installPlugin(makePlugin(), { home })
    const before = snapshot(home)
    const directory = makePlugin({ packageJson: { version: '1.1.0' }, ...parts })
    const error: unknown = await installPlugin(directory, { home }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ kind })
    expect(`${(error as Error).message} ${JSON.stringify((error as { problems?: unknown }).problems)}`).toContain(words)
    expect(JSON.stringify(error)).not.toContain(home)
    expect(snapshot(home)).toEqual(before)
    expect(readdirSync(join(home, 'plugins/stage'))).toEqual([])
  })

  test('code finds nothing of the environment', async () => {
    process.env['ACME_TEST_SECRET'] = 'sk-secret'
    try {
      const code = `if (JSON.stringify(process.env).includes('sk-secret')) throw new Error('found')\n${goodCode}`
      expect(await installPlugin(makePlugin({ code }), { home: makeFolder() })).toMatchObject({ outcome: 'installed' })
    } finally {
      delete process.env['ACME_TEST_SECRET']
    }
  })

  test.each([
    ['', 'usage'],
    ['@scope/name', 'usage'],
    ['name@1.0.0', 'usage'],
    ['--global', 'usage'],
    ['__proto__', 'usage'],
    ['git+ssh://example.com/x.git', 'usage'],
    ['https://example.com/x.tgz', 'usage'],
    ['file:../../etc', 'usage'],
    ['./gone', 'not_found'],
    ['./gone.tgz', 'not_found'],
    ['..', 'plugin'],
    ['/etc/hostname', 'integrity'],
    ['acm', 'not_found']
  ])('the source "%s" (%s)', async (source, kind) => {
    const home = join(makeFolder(), 'home')
    await expect(installPlugin(source, { home, cwd: makeFolder(), bundled: [makePlugin()] })).rejects.toMatchObject({ kind })
    expect(Object.keys(snapshot(home))).toEqual([])
  })

  test('a name that is close is offered, and a folder of that name', async () => {
    const cwd = makeFolder()
    mkdirSync(join(cwd, 'acne'))
    await expect(installPlugin('acne', { home: makeFolder(), cwd, bundled: [makePlugin()] })).rejects.toMatchObject({
      message: 'There is no bundled plugin acne. Did you mean acme?',
      hint: 'For the folder of that name write ./acne.'
    })
  })

  test('another package with the id of one that is there, unless it is forced', async () => {
    const other: PluginParts = { packageJson: { name: 'somebody-else' } }
    const bundled = [makePlugin({ manifest: { aliases: ['top'] } })]
    const home = makeFolder()
    await expect(installPlugin(makePlugin(other), { home, bundled })).rejects.toMatchObject({ kind: 'integrity' })
    await expect(installPlugin(makePlugin({ id: 'top' }), { home, bundled })).rejects.toMatchObject({ kind: 'integrity' })
    await installPlugin(makePlugin(), { home })
    await expect(installPlugin(makePlugin(other), { home })).rejects.toMatchObject({ kind: 'integrity' })
    expect(await installPlugin(makePlugin(other), { home, force: true })).toMatchObject({
      packageName: 'somebody-else',
      outcome: 'updated'
    })
  })

  test('a home that cannot be written', async () => {
    const home = join(makeFolder(), 'file')
    writeFileSync(home, '')
    await expect(installPlugin(makePlugin(), { home })).rejects.toMatchObject({ kind: 'config' })
  })
})

describe('An installed plugin that was changed', () => {
  test.each<readonly [string, (directory: string) => void, string]>([
    ['by one byte', directory => writeFileSync(join(directory, 'index.js'), `${goodCode} `), 'The file was changed.'],
    [
      'in the SDK beside it',
      directory => writeFileSync(join(directory, 'node_modules/@resoftai/sdk/dist/index.js'), ''),
      'The file was changed.'
    ],
    ['by one file more', directory => writeFileSync(join(directory, 'more.js'), ''), 'The file was added.'],
    ['by one file less', directory => rmSync(join(directory, 'resoftai.plugin.json')), 'The file is gone.'],
    [
      'by a link',
      directory => (rmSync(join(directory, 'index.js')), symlinkSync('/etc/hostname', join(directory, 'index.js'))),
      'The file was changed.'
    ],
    [
      'together with its list of files',
      directory => writeFileSync(join(directory, '.resoftai-files.json'), '{"files":{}}'),
      'The list of its files is gone or was changed.'
    ]
  ])('%s is not loaded, and put right by installing it again', async (_name, change, message) => {
    const home = makeFolder()
    const source = makePlugin()
    const plugin = await installPlugin(source, { home })
    change(plugin.directory)
    await expect(loadDefinition(plugin)).rejects.toMatchObject({ kind: 'integrity', problems: [expect.objectContaining({ message })] })
    const again = await installPlugin(source, { home })
    expect(again.directory).toBe(plugin.directory)
    expect(typeof (await loadDefinition(again)).create).toBe('function')
    expect(readdirSync(join(home, 'plugins/stage'))).toEqual([])
  })
})

describe('Uninstalling', () => {
  test('removes all versions and the record, and a second time says that nothing is there', async () => {
    const home = makeFolder()
    await installPlugin(makePlugin(), { home })
    await installPlugin(makePlugin(withVersion('1.1.0')), { home })
    await installPlugin(makePlugin({ id: 'acme-2' }), { home })
    await uninstallPlugin('acme', { home })
    expect(versionsIn(home)).toEqual([expect.stringMatching(/^acme-2@/)])
    expect(findPlugins({ home, bundled: [], paths: [] }).plugins.map(({ id }) => id)).toEqual(['acme-2'])
    await expect(uninstallPlugin('acme', { home })).rejects.toMatchObject({
      kind: 'not_found',
      message: expect.stringContaining('acme-2')
    })
  })

  test('works while the plugin is loaded, which goes on', async () => {
    const home = makeFolder()
    const plugin = await installPlugin(makePlugin(), { home })
    const definition = await loadDefinition(plugin)
    await uninstallPlugin('acme', { home })
    expect(existsSync(plugin.directory)).toBe(false)
    const config = { api_base: 'https://a.example' }
    const dialect = (await definition.create(testContext({ config }))) as unknown as { encode(): { url: string } }
    expect(dialect.encode().url).toBe('https://a.example')
  })

  test('removes a record that cannot be read', async () => {
    const home = makeFolder()
    await installPlugin(makePlugin(), { home })
    writeFileSync(join(home, 'plugins/installed/acme.json'), 'nonsense')
    await uninstallPlugin('acme', { home })
    expect(findPlugins({ home, bundled: [], paths: [] })).toMatchObject({ plugins: [], broken: [] })
    expect(versionsIn(home)).toEqual([])
  })

  test.each(['../../etc', '', 'gone', '__proto__'])('of "%s" finds nothing and makes nothing', async id => {
    const home = join(makeFolder(), 'home')
    await expect(uninstallPlugin(id, { home })).rejects.toMatchObject({ kind: 'not_found' })
    expect(existsSync(home)).toBe(false)
  })

  test('of a bundled plugin that is disabled says that it is not installed', async () => {
    const home = makeFolder()
    await setEnabled('acme', false, { home })
    await expect(uninstallPlugin('acme', { home })).rejects.toMatchObject({ kind: 'not_found' })
  })
})
