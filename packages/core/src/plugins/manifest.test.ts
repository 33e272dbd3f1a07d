import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { goodCode, makeFolder, makePlugin, type PluginParts } from '../../test/plugins/make-plugin.ts'
import { hostApiVersion } from './host-api.ts'
import { readManifest } from './manifest.ts'

function problemsOf(directory: string) {
  const reading = readManifest(directory)
  return reading.ok ? [] : reading.problems
}

/** As one text: path, message, suggestion of each problem. */
function wordsOf(parts: PluginParts): string {
  return problemsOf(makePlugin(parts))
    .map(({ path = '', message, suggestion = '' }) => `${path}: ${message} ${suggestion}`.trim())
    .join('\n')
}

describe('A plugin folder', () => {
  test('is read without loading its code', () => {
    const directory = makePlugin({ code: 'throw new Error("loaded")' })
    expect(readManifest(directory)).toMatchObject({
      ok: true,
      plugin: { id: 'acme', packageName: 'resoftai-plugin-acme', version: '1.0.0', entryFile: join(directory, 'index.js') }
    })
  })

  test('is described by every mistake at once, with file, path and suggestion', () => {
    const directory = makePlugin({
      manifest: { id: 'Acme!', provides: ['chat', 'steam'], hots: [], title: undefined },
      packageJson: { version: 'one' }
    })
    const manifest = join(directory, 'resoftai.plugin.json')
    expect(problemsOf(directory)).toEqual([
      { message: 'title is missing.', path: 'title', file: manifest },
      { message: 'Unknown key "hots".', path: 'hots', suggestion: 'Did you mean hosts?', file: manifest },
      {
        message: 'id must be 1 to 64 lower-case letters, digits and hyphens, and begin with a letter or digit.',
        path: 'id',
        file: manifest
      },
      expect.objectContaining({ path: 'provides.1', suggestion: 'Did you mean stream?', file: manifest }),
      { message: 'version must be a version such as 1.0.0.', path: 'version', file: join(directory, 'package.json') }
    ])
  })

  test.each<readonly [string, PluginParts['manifest'], string]>([
    ['an id with a path in it', { id: '../x' }, 'id must be'],
    ['an id that is an option', { id: '-x' }, 'id must be'],
    ['a reserved id', { id: 'con' }, '"con" is reserved'],
    ['a reserved alias', { aliases: ['ok', 'sdk'] }, 'aliases.1: "sdk" is reserved'],
    ['a manifest of another version', { manifestVersion: 2 }, 'manifestVersion must be 1'],
    ['a host with a path', { hosts: ['https://a.example/v1'] }, 'hosts[0] must be an origin'],
    ['any host', { hosts: ['*'] }, 'hosts[0] must be an origin'],
    ['a host made from a field that is not there', { hosts: ['${config.api_bas}'] }, 'no field "api_bas". Did you mean api_base?'],
    ['a config that is no object', { config: { type: 'array' } }, 'type must be "object"'],
    [
      'a required field that is not there',
      { config: { type: 'object', required: ['key'] } },
      'config.required.0: The config has no field "key"'
    ],
    [
      'a secret that is no text',
      { hosts: [], config: { type: 'object', properties: { a: { type: 'number', writeOnly: true } } } },
      'type must be "string"'
    ],
    [
      'a secret in the manifest',
      { hosts: [], config: { type: 'object', properties: { a: { type: 'string', writeOnly: true, default: 'sk-1' } } } },
      'A secret must not stand in a manifest'
    ],
    [
      'a secret below the top',
      { hosts: [], config: { type: 'object', properties: { a: { type: 'object', properties: { b: { writeOnly: true } } } } } },
      'config.properties.a: '
    ],
    ['a secret in a preset', { presets: { one: { api_key: 'sk-1' } } }, 'presets.one.api_key: A secret must not stand'],
    ['a preset for a field that is not there', { presets: { one: { api_bases: 'x' } } }, 'Did you mean api_base?'],
    ['a variable that is none', { presets: { one: { 'x-env': { api_key: ['A B'] } } } }, 'must be the name of an environment variable'],
    [
      'a reference to another document',
      { hosts: [], config: { type: 'object', $ref: 'https://a.example' } },
      'config.$ref: A schema may refer to itself only'
    ],
    ['a reference that leads back', { hosts: [], config: { type: 'object', $ref: '#' } }, 'leads back to itself'],
    [
      'a pattern that could block',
      { hosts: [], config: { type: 'object', properties: { a: { type: 'string', pattern: '(a)\\1' } } } },
      'config.properties.a.pattern: '
    ],
    [
      'a key of the prototype',
      { hosts: [], config: { type: 'object', properties: { constructor: {} } } },
      'The key "constructor" is not allowed'
    ]
  ])('is broken with %s', (_name, manifest, words) => {
    expect(wordsOf({ manifest: manifest ?? {} })).toContain(words)
  })

  test.each<readonly [string, PluginParts['packageJson'], string]>([
    ['no word of a manifest', { resoftai: undefined }, 'resoftai: The package names no plugin manifest. Write "resoftai"'],
    ['a manifest outside of it', { resoftai: '../other.json' }, 'must name a file of the package'],
    ['a manifest at an absolute path', { resoftai: '/etc/passwd' }, 'must name a file of the package'],
    ['a manifest that is not there', { resoftai: './gone.json' }, 'The file does not exist'],
    ['a name with a path in it', { name: '@x/..' }, 'name is not a good name'],
    ['a name that is an option', { name: '-g' }, 'name is not a good name'],
    ['a name that is a folder of npm', { name: 'node_modules' }, 'name is not a good name'],
    ['a version with a path in it', { version: '1.0.0/../..' }, 'version must be a version'],
    [
      'no range of the host API',
      { engines: {} },
      `engines.resoftai: engines.resoftai must be a version range. Write "^${hostApiVersion}".`
    ],
    ['a range that is none', { engines: { resoftai: 'latest please' } }, 'engines.resoftai must be a version range'],
    [
      'an entry file that is not there',
      { exports: './dist/index.js' },
      'exports: The entry file ./dist/index.js does not exist. Build the package'
    ],
    ['an entry file outside of it', { exports: './../index.js' }, 'outside of the package'],
    ['nothing that can be imported', { exports: { './other': './index.js' } }, 'exports names no file that can be imported']
  ])('is broken with %s', (_name, packageJson, words) => {
    expect(wordsOf({ packageJson: packageJson ?? {} })).toContain(words)
  })

  test.each([
    ['the host API', { resoftai: '^2.0.0', node: '>=22' }, `It needs the host API ^2.0.0, but this host has ${hostApiVersion}.`],
    ['the host API, by a range with more in it', { resoftai: '>=0.1 <1.0.0 || 3.x' }, `but this host has ${hostApiVersion}.`],
    ['Node', { resoftai: '^1.0.0', node: '>=99' }, `It needs Node >=99, but this is Node ${process.versions.node}.`],
    ['Node, by a caret', { resoftai: '^1.0.0', node: '^18.0.0' }, `It needs Node ^18.0.0, but this is Node ${process.versions.node}.`]
  ])('is incompatible with another version of %s, and says both', (_name, engines, message) => {
    const reading = readManifest(makePlugin({ packageJson: { engines } }))
    expect(reading).toMatchObject({ ok: false, id: 'acme', state: 'incompatible' })
    expect(!reading.ok && reading.problems.map(problem => problem.message).join()).toContain(message)
  })

  test.each(['^1.0.0', '>=1.0.0', '>=1', '1.x', '*', '^0.9.0 || ^1.0.0'])('is compatible with the host API by %s', range => {
    expect(readManifest(makePlugin({ packageJson: { engines: { resoftai: range } } })).ok).toBe(true)
  })

  test.each([
    ['conditions', { exports: { '.': { types: './index.d.ts', import: './index.js' } } }],
    ['conditions without a path', { exports: { types: './index.d.ts', default: './index.js' } }],
    ['nested conditions', { exports: { '.': { node: { import: './index.js' } } } }],
    ['a list', { exports: ['./index.js'] }],
    ['require only', { exports: { require: './index.js' } }],
    ['main', { exports: undefined, main: 'index.js' }],
    ['nothing', { exports: undefined }]
  ])('has its entry file named by %s', (_name, packageJson) => {
    const directory = makePlugin({ packageJson })
    expect(readManifest(directory)).toMatchObject({ ok: true, plugin: { entryFile: join(directory, 'index.js') } })
  })

  test('is better imported than required', () => {
    const directory = makePlugin({ packageJson: { exports: { require: './index.cjs', import: './index.js' } }, files: { 'index.cjs': '' } })
    expect(readManifest(directory)).toMatchObject({ ok: true, plugin: { entryFile: join(directory, 'index.js') } })
  })

  test('may lie at a path with blanks, Chinese and an emoji', () => {
    const directory = join(makeFolder(), 'a b 极致 😀')
    expect(readManifest(makePlugin({}, directory))).toMatchObject({ ok: true, plugin: { directory } })
  })
})

describe('A file of a plugin folder', () => {
  test.each([
    ['is not JSON', '{\n  "id": nope\n}', 'The file is not valid JSON.'],
    ['is empty', '', 'The file is not valid JSON.'],
    ['is no object', '[]', 'The file must hold a JSON object.'],
    ['is larger than 1 MB', `{"id":"${'x'.repeat(10 * 1024 * 1024)}"}`, 'The file is larger than 1 MB.'],
    ['is nested thousands of levels deep', `{"config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'config must be a map, not a list.'],
    ['names the prototype', '{"__proto__": {"id": "acme"}}', 'The key "__proto__" is not allowed.'],
    ['names the prototype in disguise', '{"\\u005f_proto__": {"id": "acme"}}', 'The key "__proto__" is not allowed.']
  ])('is refused when it %s', (_name, text, message) => {
    const directory = makePlugin({ files: { 'resoftai.plugin.json': text } })
    const problems = problemsOf(directory)
    expect(problems.map(problem => problem.message)).toContain(message)
    expect(problems.every(problem => problem.file === join(directory, 'resoftai.plugin.json'))).toBe(true)
    expect(({} as { id?: string }).id).toBeUndefined()
  })

  test('is refused with the line of the mistake, where it can be told', () => {
    const directory = makePlugin({ files: { 'resoftai.plugin.json': '{\n  "id": "acme",\n}' } })
    expect(problemsOf(directory)).toEqual([
      { message: 'The file is not valid JSON.', line: 3, file: join(directory, 'resoftai.plugin.json') }
    ])
  })

  test('is refused when it is a folder or a broken link', () => {
    const directory = makePlugin()
    const file = join(directory, 'resoftai.plugin.json')
    rmSync(file)
    mkdirSync(file)
    expect(problemsOf(directory)).toHaveLength(1)
    rmSync(file, { recursive: true })
    symlinkSync('nowhere', file)
    expect(problemsOf(directory)).toEqual([{ message: 'The file does not exist.', file }])
  })

  test('may begin with a byte order mark', () => {
    const directory = makePlugin()
    writeFileSync(join(directory, 'index.js'), `\uFEFF${goodCode}`)
    const text = '\uFEFF{"name":"a","version":"1.0.0","resoftai":"resoftai.plugin.json","engines":{"resoftai":"^1.0.0"}}'
    writeFileSync(join(directory, 'package.json'), text)
    expect(readManifest(directory).ok).toBe(true)
  })

  test('is missing in a folder that is not there', () => {
    const directory = join(makeFolder(), 'gone')
    expect(readManifest(directory)).toMatchObject({ ok: false, id: 'gone', state: 'broken' })
  })
})
