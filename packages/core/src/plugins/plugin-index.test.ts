import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeFolder, makePlugin } from '../../test/plugins/make-plugin.ts'
import { installPlugin, setEnabled } from './commands.ts'
import { findPlugins } from './plugin-index.ts'

const home = makeFolder()

function find(places: { readonly home?: string; readonly bundled?: readonly string[]; readonly paths?: readonly string[] }) {
  return findPlugins({ home, bundled: [], paths: [], ...places })
}

describe('The plugins that are found', () => {
  test('are none in a home that does not exist', () => {
    expect(find({ home: join(home, 'gone') })).toMatchObject({ plugins: [], broken: [], warnings: [] })
  })

  test('load no code and are in the order of their ids', () => {
    const code = 'throw new Error("loaded")'
    const index = find({ bundled: [makePlugin({ id: 'beta', code }), makePlugin({ id: 'alpha', code })] })
    expect(index.plugins.map(({ id, source, enabled }) => [id, source, enabled])).toEqual([
      ['alpha', 'bundled', true],
      ['beta', 'bundled', true]
    ])
  })

  test('load nothing but this package, not even what a schema or a range needs', () => {
    const code = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
      const { findPlugins } = await import(process.argv[1])
      const { plugins } = findPlugins({ home: '/nowhere', bundled: [process.argv[2]], paths: [] })
      console.log(JSON.stringify({ found: plugins.length, loaded }))
    `
    const index = new URL('../../dist/plugins/plugin-index.js', import.meta.url).href
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', code, index, makePlugin()], { encoding: 'utf8' })
    const { found, loaded } = JSON.parse(output) as { readonly found: number; readonly loaded: readonly string[] }
    expect(found).toBe(1)
    expect(loaded.filter(url => !/^node:|\/packages\/core\/(?:dist|generated)\//.test(url))).toEqual([])
  })

  test('are found by id and alias, and guessed by a name that is close', () => {
    const index = find({ bundled: [makePlugin({ id: 'openai-compatible', manifest: { aliases: ['openai-compatible-provider'] } })] })
    expect(index.get('openai-compatible-provider')?.id).toBe('openai-compatible')
    expect(index.get('opneai-compatible')).toBeUndefined()
    expect(index.get('__proto__')).toBeUndefined()
    expect(index.nearest('opneai-compatible')).toBe('openai-compatible')
    expect(index.nearest('something else')).toBeUndefined()
  })

  test('are the same whatever else is broken', () => {
    const broken = makePlugin({ id: 'bad', manifest: { hosts: 'everywhere' } })
    const old = makePlugin({ id: 'old', packageJson: { engines: { resoftai: '^0.1.0' } } })
    const index = find({ bundled: [broken, makePlugin(), old], paths: [join(home, 'gone')] })
    expect(index.plugins.map(({ id }) => id)).toEqual(['acme'])
    expect(index.broken.map(({ id, source, directory, state }) => [id, source, directory, state])).toEqual([
      ['gone', 'path', join(home, 'gone'), 'broken'],
      ['bad', 'bundled', broken, 'broken'],
      ['old', 'bundled', old, 'incompatible']
    ])
    expect(index.broken[1]?.problems).toEqual([
      { message: 'hosts must be a list, not a text.', path: 'hosts', file: join(broken, 'resoftai.plugin.json') }
    ])
  })

  test('of one id are the one from a path, then the installed one, then the bundled one; the others are named', async () => {
    const place = makeFolder()
    const bundled = makePlugin()
    const path = makePlugin()
    const installed = await installPlugin(bundled, { home: place, bundled: [bundled] })
    expect(installed).toMatchObject({ source: 'installed', shadows: [bundled] })
    const index = find({ home: place, bundled: [bundled], paths: [path] })
    expect(index.plugins).toMatchObject([{ source: 'path', directory: path, shadows: [installed.directory, bundled] }])
  })

  test('cannot take an id by an alias, nor an alias of a bundled plugin; both are told', () => {
    const bundled = makePlugin({ id: 'zeta', manifest: { aliases: ['z'] } })
    const thief = makePlugin({ id: 'alpha', manifest: { aliases: ['zeta', 'z', 'own'] } })
    const index = find({ bundled: [bundled], paths: [thief] })
    expect([index.get('zeta')?.id, index.get('z')?.id, index.get('own')?.id]).toEqual(['zeta', 'zeta', 'alpha'])
    expect(index.warnings.map(({ message }) => message)).toEqual([
      'Plugin alpha wants the name zeta too; it stays with zeta.',
      'Plugin alpha wants the name z too; it stays with zeta.'
    ])
  })

  test('are disabled, bundled ones too, but not when a path names them', async () => {
    const place = makeFolder()
    const bundled = makePlugin()
    expect(await setEnabled('acme', false, { home: place })).toBe(true)
    expect(await setEnabled('acme', false, { home: place })).toBe(false)
    expect(find({ home: place, bundled: [bundled] }).plugins).toMatchObject([{ enabled: false }])
    expect(find({ home: place, paths: [bundled] }).plugins).toMatchObject([{ enabled: true }])
    expect(await setEnabled('acme', true, { home: place })).toBe(true)
    expect(find({ home: place, bundled: [bundled] }).plugins).toMatchObject([{ enabled: true }])
  })
})

describe('An installed plugin is broken, and a bundled one takes its place,', () => {
  test.each<readonly [string, (place: string, directory: string) => void, string]>([
    ['when its files are gone', (_place, directory) => rmSync(directory, { recursive: true }), 'Its files are gone.'],
    ['when its record is no JSON', place => writeFileSync(join(place, 'plugins/installed/acme.json'), '{'), 'The file is not valid JSON.'],
    [
      'when its record is another one',
      place => writeFileSync(join(place, 'plugins/installed/acme.json'), '{"id":"x"}'),
      'The record of this plugin is damaged.'
    ],
    [
      'when its record leads out of the store',
      place => {
        const generation = { generation: 'acme@../../../etc', integrity: 'x', previous: [] }
        writeFileSync(
          join(place, 'plugins/installed/acme.json'),
          JSON.stringify({ recordVersion: 1, id: 'acme', enabled: true, installed: generation })
        )
      },
      'The record of this plugin is damaged.'
    ]
  ])('%s', async (_name, damage, message) => {
    const place = makeFolder()
    const bundled = makePlugin()
    const { directory } = await installPlugin(bundled, { home: place })
    damage(place, directory)
    const index = find({ home: place, bundled: [bundled] })
    expect(index.broken).toMatchObject([{ id: 'acme', source: 'installed', state: 'broken', problems: [{ message }] }])
    expect(index.broken[0]?.problems[0]?.suggestion).toContain('resoftai plugin')
    expect(index.plugins).toMatchObject([{ id: 'acme', source: 'bundled' }])
  })

  test('and strange files beside the records change nothing', () => {
    const place = makeFolder()
    mkdirSync(join(place, 'plugins/installed'), { recursive: true })
    writeFileSync(join(place, 'plugins/installed/README.txt'), 'hello')
    expect(find({ home: place })).toMatchObject({ plugins: [], broken: [] })
  })
})
