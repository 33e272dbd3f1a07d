import { describe, expect, test } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Who may import whom, and what a room never imports (DESIGN.md section 2). */
const rooms: Record<string, { readonly ours: readonly string[]; readonly never: readonly RegExp[] }> = {
  'packages/sdk': { ours: [], never: [/^(?!node:)[^.]/] },
  'packages/core': { ours: ['@resoftai/sdk'], never: [/^commander$/, /^kysely$/, /^pg$/, /^@clack\//] },
  'packages/agent': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^node:(http|https|net|tls)$/] },
  'packages/gateway': {
    ours: ['@resoftai/sdk', '@resoftai/core', '@resoftai/agent', '@resoftai/storage'],
    never: [/^undici$/, /^kysely/, /^pg$/, /^node:sqlite$/]
  },
  'packages/storage': { ours: [], never: [/^@resoftai\//, /^undici$/] },
  'plugins/openai-compatible': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/simulator': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/zhipu': { ours: ['@resoftai/sdk', '@resoftai/plugin-openai-compatible'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/azure-openai': { ours: ['@resoftai/sdk', '@resoftai/plugin-openai-compatible'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/coze': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/anthropic': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  'plugins/gemini': { ours: ['@resoftai/sdk'], never: [/^undici$/, /^tsyringe$/, /^node:/] },
  cli: {
    ours: [
      '@resoftai/sdk',
      '@resoftai/core',
      '@resoftai/agent',
      '@resoftai/gateway',
      '@resoftai/storage',
      '@resoftai/plugin-openai-compatible',
      '@resoftai/plugin-simulator'
    ],
    never: [/^undici$/, /^tsyringe$/, /^ajv/, /^kysely/, /^pg$/]
  }
}

interface Import {
  readonly file: string
  readonly specifier: string
}

function sources(room: string): string[] {
  return globSync(`${room}/src/**/*.ts`, { cwd: root }).filter(file => !file.endsWith('.test.ts'))
}

function importsOf(room: string): Import[] {
  return sources(room).flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8')
    const found = text.matchAll(/(?:^|\n)(?:import|export)\s(?:[^'"`;=]*?\sfrom\s)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g)
    return [...found].map(match => ({ file, specifier: match[1] ?? match[2] ?? '' }))
  })
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

describe('the rooms', () => {
  test('are all listed here', () => {
    const found = globSync(['packages/*/package.json', 'plugins/*/package.json', 'cli/package.json'], { cwd: root }).map(file =>
      file.replace(/\/package\.json$/, '')
    )
    expect(found.toSorted()).toEqual(Object.keys(rooms).toSorted())
  })

  describe.each(Object.entries(rooms))('%s', (room, { ours, never }) => {
    const imports = importsOf(room)

    test('imports of ours only what the arrows allow, by its door', () => {
      const wrong = imports.filter(({ specifier }) => specifier.startsWith('@resoftai/') && !ours.includes(packageOf(specifier)))
      expect(wrong).toEqual([])
      const deep = imports.filter(
        ({ specifier }) =>
          specifier.startsWith('@resoftai/') && ![undefined, 'testing', 'dialect', 'serve', 'find'].includes(specifier.split('/')[2])
      )
      expect(deep).toEqual([])
    })

    test('never imports what is forbidden to it', () => {
      const outsideTesting = room === 'packages/sdk' ? imports.filter(({ file }) => !file.includes('/testing/')) : imports
      const forbidden = room === 'packages/sdk' ? [...never, /^node:/] : never
      expect(outsideTesting.filter(({ specifier }) => forbidden.some(pattern => pattern.test(specifier)))).toEqual([])
    })

    test('leaves its folder by package names only', () => {
      const inside = resolve(root, room)
      const leaving = imports.filter(
        ({ file, specifier }) => specifier.startsWith('.') && relative(inside, resolve(root, file, '..', specifier)).startsWith('..')
      )
      expect(leaving).toEqual([])
    })
  })

  test('folders of the core import each other one way, and by their index', () => {
    const arrows: Record<string, readonly string[]> = {
      budget: ['config', 'cost', 'ledger'],
      chat: ['budget', 'config', 'cost', 'ledger', 'observe', 'tokens', 'transport'],
      config: ['observe', 'schema', 'plugins/types.ts'],
      ledger: ['observe'],
      observe: [],
      plugins: ['config', 'schema'],
      schema: [],
      tokens: [],
      transport: []
    }
    // `plugin list` judges manifests; the whole of `config` would double the time it takes to start.
    const leaves = ['deep-freeze', 'nested-secrets', 'private-file', 'provider-fields', 'record', 'secret-value', 'settings'].map(
      name => `config/${name}.ts`
    )
    const wrong = importsOf('packages/core').flatMap(({ file, specifier }) => {
      const from = relative('packages/core/src', file).split('/')[0] ?? ''
      const target = relative(join(root, 'packages/core/src'), resolve(root, file, '..', specifier))
      const [to = '', ...rest] = target.split('/')
      if (!specifier.startsWith('.') || rest.length === 0 || from === to || arrows[from] === undefined || arrows[to] === undefined)
        return []
      const byDoor = to === 'schema' || ['index.ts', 'types.ts'].includes(rest.join('/')) || leaves.includes(target)
      const allowed = arrows[from].includes(to) || arrows[from].includes(target)
      return byDoor && allowed ? [] : [`${file} imports ${specifier}`]
    })
    expect(wrong).toEqual([])
  })

  test('the words of the SDK and the plugins know no process', () => {
    const using = Object.keys(rooms)
      .filter(room => room === 'packages/sdk' || room.startsWith('plugins/'))
      .flatMap(sources)
      .filter(file => !file.includes('/testing/') && /\b(process|globalThis)\.[a-z]/.test(readFileSync(join(root, file), 'utf8')))
    expect(using).toEqual([])
  })

  test('the core knows no vendor', () => {
    const vendors = /\b(openai|openrouter|groq|deepseek|moonshot|siliconflow|perplexity|zhipu|coze|anthropic|gemini|ollama)\b/i
    const naming = sources('packages/core').flatMap(file =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter(line => vendors.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
        .map(line => `${file}: ${line.trim()}`)
    )
    expect(naming).toEqual([])
  })
})
