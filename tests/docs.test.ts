import { describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createHost } from 'resoftai'
import { commonOptions } from '../cli/src/commands/common-options.ts'
import { commands } from '../cli/src/commands/table.ts'
import { hostExitCode, providerExitCode } from '../cli/src/exit-codes.ts'
import { planRoute } from '../packages/core/src/chat/route.ts'
import { hostFields, toSettings } from '../packages/core/src/config/settings.ts'
import type { HostErrorKind } from '../packages/core/src/error.ts'
import type { ConfigField, Manifest } from '../packages/core/src/plugins/types.ts'
import { openapi } from '../packages/gateway/src/docs/openapi.ts'
import { errorKinds, retryableKinds } from '../packages/sdk/src/error.ts'
import { codeBlocks, headings, inlineCode, links, slug, table, type CodeBlock } from './markdown.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const readJson = <T>(file: string) => JSON.parse(read(file)) as T

const skipped = /(^|\/)(node_modules|dist|packed)(\/|$)/
const documents = globSync(['*.md', '{.changeset,bench,cli,docs,examples,packages,plugins}/**/*.md'], {
  cwd: root,
  exclude: file => skipped.test(file)
})
const translated = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/guides/*.md', { cwd: root }).filter(file => !file.includes('.zh-CN.'))
]
const twin = (file: string) => file.replace(/\.md$/, '.zh-CN.md')

/** Members of a type as it is written in the source: types cannot be asked at run time. */
function union(file: string, name: string): string[] {
  const body = new RegExp(`export type ${name} =([^]*?)\\n\\n`).exec(`${read(file)}\n\n`)?.[1] ?? ''
  return [...body.matchAll(/^\s*\|? ?(?:\{ readonly type: )?'(\w+)'|\| '(\w+)'|= '(\w+)'/gm)].flatMap(
    match => match[1] ?? match[2] ?? match[3] ?? []
  )
}

function members(file: string, name: string): string[] {
  const body = new RegExp(`export interface ${name} \\{\\n([^]*?)\\n\\}`).exec(read(file))?.[1] ?? ''
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].flatMap(match => match[1] ?? [])
}

const defaultOf = (field: ConfigField) => (field['default'] === undefined ? '' : JSON.stringify(field['default']).replaceAll('"', ''))

/** The fields of every provider, the parts of `retry` and `breaker` one by one, with what holds when nobody writes them. */
function hostDefaults(): Record<string, string> {
  const written = Object.entries(hostFields).flatMap(([name, field]) => (field['default'] === undefined ? [] : [[name, field['default']]]))
  const { retry, breaker, timeoutMs, firstEventTimeoutMs } = toSettings(Object.fromEntries(written), {})
  const held: Readonly<Record<string, string | number>> = {
    first_event_timeout: firstEventTimeoutMs === timeoutMs ? 'timeout' : '',
    'retry.max_retries': retry.maxRetries,
    'retry.base_delay': retry.baseDelayMs / 1000,
    'retry.backoff_factor': retry.backoffFactor,
    'retry.max_delay': retry.maxDelayMs / 1000,
    'breaker.failures': breaker.failures,
    'breaker.rest': breaker.restMs / 1000
  }
  const fields = Object.entries(hostFields).flatMap(([name, { properties }]) =>
    name !== 'retry' && name !== 'breaker' ? [name] : Object.keys(properties ?? {}).map(part => `${name}.${part}`)
  )
  return Object.fromEntries(fields.map(name => [name, held[name]?.toString() ?? defaultOf(hostFields[name] ?? {})]))
}

/** Every `code` that the host and its plugins give to a `ProviderError`, with the kinds it is given with. */
function errorCodes(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const add = (code: string, kind: string) => found.set(code, (found.get(code) ?? new Set()).add(kind))
  const kind = errorKinds.join('|')
  const files = globSync(['packages/core/src/{chat,transport}/*.ts', 'plugins/openai-compatible/src/*.ts'], { cwd: root })
  for (const file of files.filter(name => !name.endsWith('.test.ts'))) {
    const source = read(file)
    // `code: 'idle'`, or a choice of two; the kind stands before it.
    for (const { 1: value = '', index } of source.matchAll(/\bcode: ([^,}\n]*'[^,}\n]*)/g)) {
      const before = [...source.slice(0, index).matchAll(new RegExp(`'(${kind})'`, 'g'))].at(-1)?.[1] ?? ''
      for (const [, code = ''] of value.replace(/^.*\?/, '').matchAll(/'(\w+)'/g)) add(code, before)
    }
  }
  const readings = read('packages/core/src/transport/network-error.ts')
  for (const [, of = '', code = ''] of readings.matchAll(new RegExp(`\\['(${kind})', '(\\w+)', '`, 'g'))) add(code, of)
  return found
}

/** Every `code` that an error of the gateway has, with the statuses it is given with. */
function gatewayCodes(): Map<string, Set<number>> {
  const found = new Map<string, Set<number>>()
  const add = (code: string, status: number) => found.set(code, (found.get(code) ?? new Set()).add(status))
  for (const file of globSync('packages/gateway/src/**/*.ts', { cwd: root }).filter(name => !name.endsWith('.test.ts'))) {
    const source = read(file)
    for (const [, status, code = ''] of source.matchAll(/\bstatus: (\d+),[^{}]*?\bcode: '(\w+)'/g)) add(code, Number(status))
    for (const [, status, code = ''] of source.matchAll(/\brefuse\((\d+), '(\w+)'/g)) add(code, Number(status))
    for (const [, code = ''] of source.matchAll(/\bbadRequest\([^\n]*, (?:\w+|'[\w.]+'), '(\w+)'\)/g)) add(code, 400)
  }
  // What is said when nothing finer is.
  return found.set('invalid_request', new Set([400]))
}

/** The words in backquotes in one cell. */
const names = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')

describe('every document', () => {
  test.each(documents)('%s has no dead link', file => {
    const dead = links(read(file)).filter(link => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(root, file) : resolve(root, dirname(file), decodeURI(path))
      if (!existsSync(target)) return true
      return anchor !== undefined && !headings(readFileSync(target, 'utf8')).some(({ text }) => slug(text) === decodeURI(anchor))
    })
    expect(dead).toEqual([])
  })

  test.each(documents)('%s names only commands and options that exist', file => {
    const text = read(file)
    const typed = [...inlineCode(text), ...codeBlocks(text).flatMap(block => (block.language === 'sh' ? block.text.split('\n') : []))]
    expect(typed.flatMap(findUnknownCommand)).toEqual([])
  })

  test.each(documents)('%s names only npm scripts that exist', file => {
    const { scripts } = readJson<{ scripts: Record<string, string> }>('package.json')
    const named = [...read(file).matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(match => match[1] ?? '')
    expect(named.filter(name => scripts[name] === undefined)).toEqual([])
  })

  test.each(documents)('%s shows files as they are', file => {
    const wrong = codeBlocks(read(file)).filter(block => block.file !== undefined && !read(block.file).includes(block.text))
    expect(wrong.map(block => block.file)).toEqual([])
  })

  test.each(documents)('%s is said without a path of one machine', file => {
    expect(read(file)).not.toMatch(/\/(home|work|Users)\//)
  })
})

describe.each(translated)('%s', file => {
  test('has a twin in Chinese with the same structure', () => {
    const [english, chinese] = [read(file), read(twin(file))]
    expect(headings(chinese).map(({ level }) => level)).toEqual(headings(english).map(({ level }) => level))
    const code = (text: string) =>
      codeBlocks(text).map(block => ({ ...block, text: block.file === undefined ? withoutWords(block) : block.text }))
    expect(code(chinese)).toEqual(code(english))
  })
})

// The tables of the command line are compared with the program, by its own test.
test.each(translated.filter(file => file !== 'docs/guides/cli.md'))('%s has the same tables as its twin', file => {
  const cells = (text: string) =>
    text
      .split('\n')
      .filter(line => line.startsWith('|'))
      .map(line => names(line.split('|')[1]))
  expect(cells(read(twin(file)))).toEqual(cells(read(file)))
})

describe.each(['', '.zh-CN'])('lists (%s)', language => {
  const guide = (name: string) => read(`docs/guides/${name}${language}.md`)
  const manifest = readJson<Manifest>('plugins/openai-compatible/resoftai.plugin.json')

  test('presets of the README are those of the plugin', () => {
    const listed = table(read(`README${language}.md`), 0, '`openai`').map(([preset, , address, key]) => [
      names(preset),
      names(address),
      names(key)
    ])
    const known = Object.entries(manifest.presets ?? {}).map(([name, preset]) => [
      [name],
      [preset['api_base']],
      preset['x-env']?.['api_key'] ?? []
    ])
    expect(listed).toEqual(known)
  })

  test('keys of a configuration file are those of its schema', () => {
    type Schema = { properties: Record<string, Schema>; $defs: Record<string, Schema> }
    const schema = readJson<Schema>('schemas/host-config.schema.json')
    const known = Object.entries(schema.properties).flatMap(([key, value]) => {
      if (key === 'providers') return [key, ...Object.keys(schema.$defs['provider']?.properties ?? {}).map(name => `${key}.<name>.${name}`)]
      // They have tables of their own.
      if (['retry', 'storage', 'gateway'].includes(key) || value.properties === undefined) return [key]
      return Object.keys(value.properties).map(name => `${key}.${name}`)
    })
    expect(table(guide('configuration'), 0, '`providers`').map(([key]) => names(key)[0])).toEqual(known)
  })

  test('fields of every provider, and their defaults, are those of the host', () => {
    const tables = ['`headers`', '`timeout`', '`max_retries`'].map(first => table(guide('configuration'), 0, first))
    const listed = tables.flatMap(rows =>
      rows.flatMap(([field, value = '']) => names(field).map(name => [name, value.replaceAll('`', '')] as const))
    )
    expect(Object.fromEntries(listed)).toEqual(hostDefaults())
    expect(listed).toHaveLength(Object.keys(hostDefaults()).length)
  })

  test('the retry policy of the host has the parts and defaults of that of a provider', () => {
    const { properties } = readJson<{ properties: { retry: { properties: Record<string, ConfigField> } } }>(
      'schemas/host-config.schema.json'
    )
    const host = Object.entries(properties.retry.properties).map(([name, field]) => [`retry.${name}`, defaultOf(field)])
    expect(Object.fromEntries(host)).toEqual(
      Object.fromEntries(Object.entries(hostDefaults()).filter(([name]) => name.startsWith('retry.')))
    )
  })

  test('keys of a route, and their defaults, are those of the schema', () => {
    type Schema = { properties: Record<string, ConfigField> }
    type Choice = { else: Schema }
    const schema = readJson<{
      properties: { routes: { additionalProperties: Choice } }
      $defs: { targets: { items: Choice } }
    }>('schemas/host-config.schema.json')
    const { properties } = schema.properties.routes.additionalProperties.else
    const known = { ...properties, ...schema.$defs.targets.items.else.properties }
    const rows = table(guide('configuration'), 0, '`sticky`')
    expect(rows.map(([key]) => names(key)[0])).toEqual(Object.keys(known))
    const after = planRoute(['a/b']).targets.flatMap(step => [...step.after])
    const never = errorKinds.filter(kind => kind !== 'cancelled' && !after.includes(kind))
    expect(rows.map(([, value]) => names(value))).toEqual(
      Object.entries(known).map(([key, field]) => {
        if (key === 'fallback_on') return never
        if (key === 'only_after') return ['fallback_on']
        return field['default'] === undefined ? [] : [defaultOf(field)]
      })
    )
  })

  test('keys of a budget, of the storage, of the gateway and of tools, and their defaults, are those of the schema', () => {
    type Fields = { properties: Record<string, ConfigField> }
    type Schema = { budgets: { items: Fields }; storage: Fields; gateway: Fields; tools: { additionalProperties: Fields } }
    const { budgets, storage, gateway, tools } = readJson<{ properties: Schema }>('schemas/host-config.schema.json').properties
    const listed = (first: string) =>
      table(guide('configuration'), 0, first).map(([key, value = '']) => [names(key)[0], value.replaceAll('`', '')])
    const known = ({ properties }: Fields, prefix = '') =>
      Object.entries(properties).map(([name, field]) => [`${prefix}${name}`, defaultOf(field)])
    expect(listed('`per`')).toEqual(known(budgets.items))
    expect(listed('`storage.url`')).toEqual(known(storage, 'storage.'))
    expect(listed('`gateway.host`')).toEqual(known(gateway, 'gateway.'))
    expect(listed('`tools.<name>.module`')).toEqual(known(tools.additionalProperties, 'tools.<name>.'))
  })

  test('codes of the gateway are those of its source, with a status that they have there', () => {
    const known = gatewayCodes()
    const rows = table(guide('gateway'), 0, '`invalid_request`').map(([code, status]) => [names(code)[0] ?? '', Number(status)] as const)
    expect(rows.map(([code]) => code).toSorted()).toEqual([...known.keys()].toSorted())
    const statusOf = (code: string) => known.get(code) ?? new Set()
    expect(rows.filter(([code, status]) => !statusOf(code).has(status))).toEqual([])
  })

  test('addresses of the gateway are those of its OpenAPI document, its metrics and headers those of its source', () => {
    const addresses = Object.entries(openapi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`)
    )
    const listed = table(guide('gateway'), 0, '`POST /v1/chat/completions`').flatMap(([address]) => names(address))
    expect(listed.toSorted()).toEqual(addresses.toSorted())
    const metrics = table(guide('gateway'), 0, '`resoftai_requests_total`').flatMap(([metric]) => names(metric))
    const named = read('packages/gateway/src/operate/metrics.ts').matchAll(/'((?:resoftai|process)_\w+)'/g)
    expect(metrics.toSorted()).toEqual([...named].map(([, name]) => name).toSorted())
    const headers = table(guide('gateway'), 0, '`x-resoftai-request-id`').flatMap(([header]) => names(header))
    const sent = [...read('packages/gateway/src/answer/headers.ts').matchAll(/'(x-resoftai-[\w-]+)'/g)].map(([, name]) => name)
    expect(headers.toSorted()).toEqual([...new Set(['x-resoftai-request-id', ...sent])].toSorted())
  })

  test('fields of the ledger are those of a record, and the numbers of the budgets those of the code', () => {
    const text = guide('budgets')
    const listed = table(text, 0, '`answeredModel`').flatMap(([field]) => names(field))
    expect(listed).toEqual(members('packages/core/src/ledger/types.ts', 'CallRecord'))
    const source = read('packages/core/src/chat/reserve.ts') + read('packages/core/src/ledger/ledger.ts')
    const numberOf = (name: string) => Number(new RegExp(`const ${name} = ([\\d_]+)`).exec(source)?.[1]?.replaceAll('_', ''))
    for (const name of ['usualOutput', 'unknownOutput', 'leastOutput', 'mostPending']) {
      expect(text).toContain(numberOf(name).toLocaleString('en'))
    }
    expect(text).toMatch(new RegExp(` ${numberOf('leaseMs') / 1000} (seconds|秒)`))
  })

  test('fields of openai-compatible, and their defaults, are those of its manifest', () => {
    const listed = table(guide('configuration'), 0, '`api_base`').map(([field, value]) => [names(field)[0], names(value).join()])
    const known = Object.entries(manifest.config.properties ?? {}).map(([name, field]) => {
      const value = field['default']
      // Of a mapping the keys stand in the cell.
      return [name, typeof value === 'object' ? Object.keys(value ?? {}).join() : defaultOf(field)]
    })
    expect(listed).toEqual(known)
  })

  test('members that a dialect may have are those of the contract', () => {
    const body = /export interface Dialect \{\n([^]*?)\n\}/.exec(read('packages/sdk/src/dialect.ts'))?.[1] ?? ''
    const known = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\?[(:]/gm)]
    const listed = table(guide('write-a-provider-plugin'), 0, '`decode`').map(([member]) => names(member)[0])
    expect(listed).toEqual(known.map(([, name]) => name))
  })

  test('plugins, their other names and keys are those of the bundled manifests', () => {
    const bundled = globSync('plugins/*/resoftai.plugin.json', { cwd: root }).map(file => readJson<Manifest>(file))
    const keysOf = ({ config: { properties = {} } }: Manifest) => properties['api_key']?.['x-env'] ?? []
    const known = bundled.map(one => [[one.id], one.aliases ?? [], keysOf(one)])
    const listed = table(guide('providers'), 0, '[`openai-compatible`](../../plugins/openai-compatible/README.md)').map(
      ([id, also, , key]) => [names(id), names(also), names(key)]
    )
    expect(new Set(listed.map(String))).toEqual(new Set(known.map(String)))
    const short = table(read(`README${language}.md`), 0, '`zhipu`').map(([id, , key]) => [...names(id), ...names(key)])
    for (const [id, key] of short) expect(listed.find(([ids]) => ids?.[0] === id)?.[2]?.[0]).toBe(key)
    expect(short).toHaveLength(bundled.length - 2)
  })

  test('fields of a manifest are those of its schema', () => {
    const schema = readJson<{ properties: Record<string, unknown> }>('schemas/plugin-manifest.schema.json')
    const listed = table(guide('write-a-provider-plugin'), 0, '`id`').flatMap(([field]) => names(field))
    expect(listed).toEqual(Object.keys(schema.properties))
  })

  test('kinds of provider errors, their retries and exit codes are those of the code', () => {
    const yes = language === '' ? 'yes' : '是'
    const listed = table(guide('errors'), 0, '`auth`').map(([kind, , retried, code]) => [names(kind)[0], retried === yes, Number(code)])
    expect(listed).toEqual(errorKinds.map(kind => [kind, retryableKinds.has(kind), providerExitCode(kind)]))
  })

  test('kinds of host errors and their exit codes are those of the code', () => {
    const kinds = union('packages/core/src/error.ts', 'HostErrorKind') as HostErrorKind[]
    const listed = table(guide('errors'), 0, '`usage`').map(([kind, , code]) => [names(kind)[0], Number(code)])
    expect(listed).toEqual(kinds.map(kind => [kind, hostExitCode(kind)]))
  })

  test('fields of an error are those of the class', () => {
    const body = /class ProviderError[^]*?constructor/.exec(read('packages/sdk/src/error.ts'))?.[0] ?? ''
    const known = [...body.matchAll(/^ {2}readonly (\w+):/gm)].map(match => match[1])
    const listed = table(guide('errors'), 0, '`message`').flatMap(([field]) => names(field))
    expect(listed.toSorted()).toEqual([...known, 'message'].toSorted())
  })

  test('codes of an error are those of the host and its plugins, with their kinds', () => {
    const rows = table(guide('errors'), 0, '`dns`')
    const known = errorCodes()
    expect(rows.map(([code]) => names(code)[0]).toSorted()).toEqual([...known.keys()].toSorted())
    const wrong = rows.filter(([code, kind]) => !names(kind).some(name => known.get(names(code)[0] ?? '')?.has(name)))
    expect(wrong).toEqual([])
  })

  test('reasons for a further try are those of the contract', () => {
    const [, body = ''] = /readonly why\?: (.*)/.exec(read('packages/sdk/src/error.ts')) ?? []
    expect(table(guide('errors'), 0, '`retry`').map(([why]) => names(why)[0])).toEqual(
      [...body.matchAll(/'(\w+)'/g)].map(match => match[1])
    )
  })

  test('events and finish reasons are those of the vocabulary', () => {
    const rows = table(guide('library'), 0, '`start`')
    expect(rows.map(([event]) => names(event)[0])).toEqual(union('packages/sdk/src/event.ts', 'ChatEvent'))
    expect(names(rows.at(-1)?.[1])).toEqual(union('packages/sdk/src/event.ts', 'FinishReason'))
  })

  test('members of a host, of a provider and of the ledger are those of the contract', () => {
    const listed = (first: string) =>
      table(guide('library'), 0, first).flatMap(([member]) => names(member).map(name => name.replace(/\(.*/, '')))
    expect(listed('`provider(').toSorted()).toEqual(members('packages/core/src/client.ts', 'Host').toSorted())
    expect(listed('`name`').toSorted()).toEqual(members('packages/core/src/client.ts', 'ProviderClient').toSorted())
    expect(listed('`totals(')).toEqual(members('packages/core/src/client.ts', 'LedgerView'))
  })

  test('options of a call and members of the statistics are those of the contract', () => {
    const listed = (first: string) => table(guide('library'), 0, first).flatMap(([member]) => names(member))
    expect(listed('`signal`')).toEqual(members('packages/core/src/client.ts', 'CallOptions'))
    expect(listed('`calls`')).toEqual(members('packages/core/src/observe/stats.ts', 'ProviderStats'))
  })

  test('options and parts of a host are those of the contract', () => {
    const text = guide('library')
    const options = /`createHost\(\{ ([^}]*) \}\)`/.exec(text)?.[1]?.split(', ') ?? []
    // Only who brings plugins along sets `bundled`.
    expect(options.toSorted()).toEqual(
      members('packages/core/src/host-options.ts', 'HostOptions')
        .filter(name => name !== 'bundled')
        .toSorted()
    )
    for (const part of members('packages/core/src/parts.ts', 'HostParts')) expect(inlineCode(text)).toContain(part)
  })
})

test('the index of the documents and of the decisions is complete', () => {
  for (const [index, pattern] of [
    ['docs/README.md', 'docs/guides/*.md'],
    ['docs/decisions/README.md', 'docs/decisions/0*.md']
  ] as const) {
    const listed = links(read(index)).map(link => join(dirname(index), link))
    const files = globSync(pattern, { cwd: root }).filter(file => !file.includes('.zh-CN.'))
    expect(files.filter(file => !listed.includes(file))).toEqual([])
  }
})

test('the change log begins with the version of the packages', () => {
  expect(headings(read('CHANGELOG.md'))[1]?.text).toContain(readJson<{ version: string }>('cli/package.json').version)
})

describe('examples of the documents', () => {
  const project = join(root, 'examples/project')

  test('a route begins again where its first model stalls', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['route.js'], { cwd: project, timeout: 30_000 })
    expect(stdout).toMatch(/^This is the ResoftAI simulator[^]*"Why is the sky blue\?"[^]*\{ stalled: 1 \}\n$/)
  })

  test('the configuration for vendors with an API of their own makes all of them ready', async () => {
    const variables = ['ZHIPU_API_KEY', 'GLM_PLAN_KEY', 'ANTHROPIC_API_KEY', 'GEMINI_API_KEY', 'AZURE_OPENAI_API_KEY']
    const env = Object.fromEntries(variables.map(name => [name, `${name.toLowerCase()}-invented`]))
    const host = await createHost({ file: join(project, 'vendors.yaml'), env, home: join(tmpdir(), 'resoftai-nobody'), cwd: project })
    const written = ['zhipu', 'coding', 'anthropic', 'gemini', 'azure-openai', 'helpdesk']
    const found = (await host.providers()).filter(({ name }) => written.includes(name))
    expect(found.map(({ name, state }) => [name, state])).toEqual(written.map(name => [name, 'ready']))
    expect(await (await host.model('careful')).models()).toHaveLength(3)
    await host.close()
  })

  test('the configuration for several vendors makes all of them ready, and its routes', async () => {
    const env = { GROQ_API_KEY: 'gsk-invented-1', GROQ_API_KEY_2: 'gsk-invented-2', DEEPSEEK_API_KEY: 'sk-invented-3' }
    const home = join(tmpdir(), 'resoftai-nobody')
    const host = await createHost({ file: join(project, 'several-vendors.yaml'), env, home, cwd: project })
    const states = (await host.providers()).map(({ name, state }) => [name, state])
    expect(states).toEqual(['groq', 'deepseek', 'office', 'simulator'].map(name => [name, 'ready']))
    const routes = await Promise.all(host.routes().map(async name => (await (await host.model(name)).models()).length))
    expect([host.routes(), routes, host.stats()['groq']?.keys.total]).toEqual([['fast', 'shared'], [2, 4], 2])
    await host.close()
  })

  test('the configuration with budgets has all of them, and keeps its ledger beside it', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'resoftai-budgets-'))
    const file = join(cwd, 'budgets.yaml')
    copyFileSync(join(project, 'budgets.yaml'), file)
    const host = await createHost({ file, env: { ZHIPU_API_KEY: 'invented.4' }, home: join(cwd, 'home'), cwd })
    const limits = (await host.ledger.budgets()).map(({ name, limitNanos, currency }) => [name, limitNanos / 1_000_000_000n, currency])
    // Nobody has used the one for each key.
    expect(limits).toEqual([
      ['day', 20n, 'CNY'],
      ['request', 1n, 'CNY'],
      ['team', 300n, 'USD'],
      ['week, model zhipu/glm-5.3, agent researcher', 10n, 'CNY']
    ])
    expect(existsSync(join(cwd, 'data/resoftai.db'))).toBe(true)
    await host.close()
    rmSync(cwd, { recursive: true })
  })
})

test('every file of the examples is part of a document or run by a test', () => {
  const shown = documents.flatMap(file => codeBlocks(read(file)).flatMap(block => block.file ?? []))
  const run = read('tests/examples.test.ts')
  const files = globSync('examples/**/*.{js,yaml}', { cwd: root, exclude: file => skipped.test(file) })
  expect(files.filter(file => !shown.includes(file) && !run.includes(relative(join(root, 'examples'), join(root, file))))).toEqual([])
})

/**
 * What is left of a block when its words may be translated: nothing of a diagram, the number of lines of a table that a program prints, and of
 * commands all but comments and quoted texts.
 */
function withoutWords({ language, text }: CodeBlock): string {
  if (language === 'text' && /[─│]|──▶/.test(text)) return 'diagram'
  if (language === 'text' && /^\S+ {2,}\S+ {2,}\S/.test(text)) return `table of ${text.split('\n').length} lines`
  return text.replace(/ +#.*/g, '').replace(/"[^"\n]*"/g, '""')
}

/** What is wrong with one line that a person may type. */
function findUnknownCommand(line: string): string[] {
  return [...line.matchAll(/(?:^|[|&;] ?|npx )resoftai ((?:[^|&;>"#]|"[^"]*")*)/g)].flatMap(match => {
    const words = (match[1] ?? '').trim().split(/\s+/)
    if (!/^[a-z]/.test(words[0] ?? '')) return []
    const known = commands
      .filter(({ path }) => path.every((word, index) => words[index] === word))
      .toSorted((a, b) => b.path.length - a.path.length)[0]
    const isGroup = words.length === 1 && commands.some(({ path }) => path[0] === words[0])
    if (known === undefined) return isGroup ? [] : [line]
    const flags = [...known.options, ...commonOptions]
      .flatMap(option => option.flags.match(/(?<!\w)--?[a-z][a-z-]*/g) ?? [])
      .concat('--help', '-h')
    return words.filter(word => /^--?[a-z]/.test(word) && !flags.includes(word)).map(word => `${line}: ${word}`)
  })
}
