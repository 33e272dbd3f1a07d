import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeFolder, makePlugin, type PluginParts } from '../../test/plugins/make-plugin.ts'
import { packFolder } from './pack-folder.ts'
import { readJsonObject } from './read-json.ts'

function pack(directory: string): readonly string[] {
  const into = join(makeFolder(), 'package')
  const reading = readJsonObject(join(directory, 'package.json'))
  packFolder(directory, reading.ok ? reading.value : {}, into)
  return filesOf(into)
}

function filesOf(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted()
}

const more: NonNullable<PluginParts['files']> = {
  'README.md': '',
  LICENCE: '',
  'dist/a.js': '',
  'dist/a.test.js': '',
  'dist/deep/b.js': '',
  'src/a.ts': '',
  'notes.txt': '',
  '.env': 'KEY=secret',
  '.npmrc': '//registry/:_authToken=secret',
  '.git/config': '',
  'node_modules/left/index.js': '',
  'node_modules/left/package.json': '{"dependencies":{"right":"*"}}',
  'node_modules/right/package.json': '{}',
  'node_modules/other/package.json': '{}'
}

describe('Packing a folder takes', () => {
  test('everything but what is never published when nothing says otherwise', () => {
    expect(pack(makePlugin({ files: more }))).toEqual(
      [
        'LICENCE',
        'README.md',
        'dist/a.js',
        'dist/a.test.js',
        'dist/deep/b.js',
        'index.js',
        'notes.txt',
        'package.json',
        'resoftai.plugin.json',
        'src/a.ts'
      ].toSorted()
    )
  })

  test('what `files` names, and what is always taken', () => {
    const files = ['dist', '!dist/**/*.test.js', './index.js', '/resoftai.plugin.json', 'gone']
    expect(pack(makePlugin({ files: more, packageJson: { files } }))).toEqual(
      ['LICENCE', 'README.md', 'dist/a.js', 'dist/deep/b.js', 'index.js', 'package.json', 'resoftai.plugin.json'].toSorted()
    )
  })

  test.each([
    ['dist/*.js', ['dist/a.js', 'dist/a.test.js']],
    ['dist/**', ['dist/a.js', 'dist/a.test.js', 'dist/deep/b.js']],
    ['**/*.{ts,txt}', ['notes.txt', 'src/a.ts']],
    ['dist/[!b]*.js', ['dist/a.js', 'dist/a.test.js']],
    ['*.js', ['index.js']],
    ['dist/?.js', ['dist/a.js']]
  ])('what the pattern %s of `files` matches', (pattern, expected) => {
    const taken = pack(makePlugin({ files: more, packageJson: { files: [pattern] } }))
    expect(taken.filter(path => !['LICENCE', 'README.md', 'package.json'].includes(path))).toEqual(expected)
  })

  test('what .npmignore leaves, rather than .gitignore', () => {
    const ignore = {
      '.npmignore': '# comment\n*.txt\nsrc/\n!src/keep.txt\ndist/deep\n',
      '.gitignore': 'dist\nindex.js\n',
      'src/keep.txt': ''
    }
    expect(pack(makePlugin({ files: { ...more, ...ignore } }))).toEqual(
      ['LICENCE', 'README.md', 'dist/a.js', 'dist/a.test.js', 'index.js', 'package.json', 'resoftai.plugin.json', 'src/keep.txt'].toSorted()
    )
  })

  test('bundled dependencies with what they need', () => {
    const taken = pack(makePlugin({ files: more, packageJson: { bundleDependencies: ['left'], files: ['index.js'] } }))
    expect(taken.filter(path => path.startsWith('node_modules'))).toEqual([
      'node_modules/left/index.js',
      'node_modules/left/package.json',
      'node_modules/right/package.json'
    ])
  })

  test('no links, and no bits but that of what may be executed', () => {
    const directory = makePlugin({ files: { 'run.sh': '', 'set.sh': '' } })
    symlinkSync('/etc/passwd', join(directory, 'passwd'))
    symlinkSync('/etc', join(directory, 'etc'))
    chmodSync(join(directory, 'run.sh'), 0o4777)
    chmodSync(join(directory, 'set.sh'), 0o666)
    const into = join(makeFolder(), 'package')
    packFolder(directory, {}, into)
    expect(filesOf(into)).toEqual(['index.js', 'package.json', 'resoftai.plugin.json', 'run.sh', 'set.sh'])
    expect(['run.sh', 'set.sh'].map(name => (lstatSync(join(into, name)).mode & 0o7777).toString(8))).toEqual(['755', '644'])
  })

  test('nothing when there is too much', () => {
    const directory = makePlugin()
    mkdirSync(join(directory, 'many'))
    for (let number = 0; number <= 10_000; number++) writeFileSync(join(directory, 'many', String(number)), '')
    expect(() => pack(directory)).toThrow('it has more than 10000 files')
  })
})
