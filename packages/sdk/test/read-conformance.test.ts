import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConformanceError, readConformance } from '../src/testing/index.ts'

let plugin: string
let folder: string

beforeEach(() => {
  plugin = mkdtempSync(join(tmpdir(), 'resoftai-conformance-'))
  folder = join(plugin, 'conformance')
  mkdirSync(folder)
})
afterEach(() => rmSync(plugin, { recursive: true, force: true }))

function write(files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(plugin, path)), { recursive: true })
    writeFileSync(join(plugin, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

const manifest = {
  provides: ['chat', 'tools'],
  hosts: ['${config.api_base}'],
  secretQuery: ['key'],
  config: {
    properties: {
      api_base: { type: 'string', default: 'https://a.example/v1' },
      style: { type: 'string', default: 'plain' },
      api_key: { type: 'string', writeOnly: true },
      private_key: { type: 'string', writeOnly: true }
    }
  }
}
const request = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
const wire = { url: 'https://a.example/v1/talk', headers: {} }
const golden = { source: 'made by hand', mode: 'stream', request, expect: wire }

/** What is wrong, with paths inside of the folder. */
function problems(): readonly string[] {
  try {
    readConformance(folder)
    return []
  } catch (error) {
    if (!(error instanceof ConformanceError)) throw error
    return error.problems.map(({ file, message }) => `${file.replace(`${folder}/`, '')}: ${message}`)
  }
}

describe('a conformance folder', () => {
  test('holds goldens, fixtures with the bytes beside them, pairs and a config over the defaults of the manifest', () => {
    write({
      'package.json': { resoftai: './manifest.json' },
      'manifest.json': manifest,
      'conformance/README.md': 'x',
      'conformance/config.json': { style: null, size: 1, private_key: null },
      'conformance/encode/hello.json': { ...golden, config: { size: 2 } },
      'conformance/encode/models.json': { call: 'models', expect: wire },
      'conformance/replies/stream.json': { source: 'x', body: 'stream.sse', expect: { content: 'Hi' } },
      'conformance/replies/stream.sse': 'data: 世界\r\n\r\n',
      'conformance/replies/whole.json': { json: { say: 'Hi' }, further: [{}], same: 'stream', expect: { content: 'Hi', next: [wire] } },
      'conformance/replies/busy.json': { status: 503, headers: { 'retry-after': '1' }, json: null, expect: { errorKind: 'overloaded' } }
    })
    expect(readConformance(folder)).toEqual({
      config: { api_base: 'https://a.example/v1', size: 1 },
      secrets: ['api_key'],
      secretQuery: ['key'],
      hosts: ['${config.api_base}'],
      provides: ['chat', 'tools'],
      goldens: [
        { name: 'hello', file: join(folder, 'encode/hello.json'), mode: 'stream', request, expect: wire, config: { size: 2 } },
        { name: 'models', file: join(folder, 'encode/models.json'), call: 'models', expect: wire }
      ],
      fixtures: [
        {
          name: 'busy',
          file: join(folder, 'replies/busy.json'),
          status: 503,
          headers: { 'retry-after': '1' },
          json: null,
          expect: { errorKind: 'overloaded' }
        },
        { name: 'stream', file: join(folder, 'replies/stream.json'), body: Buffer.from('data: 世界\r\n\r\n'), expect: { content: 'Hi' } },
        {
          name: 'whole',
          file: join(folder, 'replies/whole.json'),
          json: { say: 'Hi' },
          further: [{}],
          expect: { content: 'Hi', next: [wire] }
        }
      ],
      pairs: [{ whole: 'whole', stream: 'stream' }]
    })
  })

  test('may be empty, and its plugin may have no manifest', () => {
    expect(readConformance(folder)).toEqual({ config: {}, secrets: [], goldens: [], fixtures: [], pairs: [] })
  })

  test('that is not there is a problem', () => {
    folder = join(plugin, 'nowhere')
    expect(problems()).toEqual([expect.stringMatching(/nowhere: does not exist$/)])
  })

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['an unknown folder', { 'reply/a.json': {} }, 'reply: means nothing here: only config.json, encode and replies do'],
    ['what is no JSON', { 'encode/a.json': '{"mode":' }, 'encode/a.json: is no JSON: SyntaxError: '],
    ['a list', { 'replies/a.json': [] }, 'replies/a.json: must hold a JSON object'],
    [
      'an unknown key',
      { 'encode/a.json': { ...golden, expected: {} } },
      'encode/a.json: there is no "expected" here, only source, call, mode, config, request, expect'
    ],
    ['a key that every object has', { 'encode/a.json': { ...golden, constructor: {} } }, 'encode/a.json: there is no "constructor" here'],
    [
      'a key of another type',
      { 'replies/a.json': { json: {}, expect: { content: 1 } } },
      'replies/a.json: expect: content must be a text, not 1'
    ],
    [
      'an unknown word',
      { 'replies/a.json': { json: {}, expect: { errorKind: 'oops' } } },
      'replies/a.json: expect: errorKind must be one of auth, '
    ],
    [
      'an unknown key inside',
      { 'replies/a.json': { json: {}, expect: { toolCalls: [{ args: '' }] } } },
      'replies/a.json: expect: toolCalls: there is no "args" here, only id, name, arguments'
    ],
    ['a golden without a mode', { 'encode/a.json': { request, expect: wire } }, 'encode/a.json: mode must be stream or whole'],
    ['a golden without a request', { 'encode/a.json': { mode: 'whole', expect: wire } }, 'encode/a.json: request is missing'],
    [
      'a golden without messages',
      { 'encode/a.json': { ...golden, request: { model: 'm' } } },
      'encode/a.json: request must have a list of messages'
    ],
    [
      'a golden without headers',
      { 'encode/a.json': { ...golden, expect: { url: 'x' } } },
      'encode/a.json: expect must have url and headers'
    ],
    [
      'embeddings of nothing',
      { 'encode/a.json': { call: 'embeddings', request: { model: 'm' }, expect: wire } },
      'encode/a.json: request must have a list of input'
    ],
    ['a fixture without a meaning', { 'replies/a.json': { json: {} } }, 'replies/a.json: expect is missing'],
    ['a fixture without an answer', { 'replies/a.json': { expect: {} } }, 'replies/a.json: must have either json or body'],
    [
      'a fixture with two answers',
      { 'replies/a.json': { json: {}, body: 'a.sse', expect: {} } },
      'replies/a.json: must have either json or body'
    ],
    ['bytes that are missing', { 'replies/a.json': { body: 'a.sse', expect: {} } }, 'replies/a.sse: does not exist'],
    [
      'bytes from elsewhere',
      { 'replies/a.json': { body: '../../key', expect: {} } },
      'replies/a.json: body must be the name of a file beside it, not "../../key"'
    ],
    ['bytes that no case names', { 'replies/b.sse': '' }, 'replies/b.sse: no case names it'],
    [
      'too many bytes',
      { 'replies/a.json': { body: 'a.sse', expect: {} }, 'replies/a.sse': 'x'.repeat(3_000_000) },
      'replies/a.sse: is larger than 2 MiB'
    ],
    ['a twin that is none', { 'replies/a.json': { json: {}, same: 'b', expect: {} } }, 'replies/a.json: same must name a stream beside it']
  ])('with %s is refused, and says where', (_, files, problem) => {
    write(Object.fromEntries(Object.entries(files).map(([path, content]) => [`conformance/${path}`, content])))
    expect(problems()).toEqual([expect.stringContaining(problem)])
  })

  test('that leads out of itself by a link is refused', () => {
    write({ key: 'secret', 'conformance/replies/a.json': { body: 'a.sse', expect: {} } })
    symlinkSync(join(plugin, 'key'), join(folder, 'replies/a.sse'))
    symlinkSync(plugin, join(folder, 'encode'))
    expect(problems()).toEqual(['encode: is no folder', 'replies/a.sse: is no file', 'encode: is no folder'])
  })

  test('lists everything that is wrong at once', () => {
    write({ 'conformance/encode/a.json': '{', 'conformance/encode/b.json': {}, 'conformance/replies/c.json': {} })
    expect(problems()).toHaveLength(3)
  })
})
