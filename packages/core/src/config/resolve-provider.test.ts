import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Problem } from '../error.ts'
import type { Manifest } from '../plugins/types.ts'
import { explainConfig } from './explain.ts'
import { loadConfig } from './load.ts'
import { resolveProvider } from './resolve-provider.ts'
import { secretStore, type SecretStore } from './secret-store.ts'
import type { ResolvedProvider } from './types.ts'

const manifest: Manifest = {
  manifestVersion: 1,
  id: 'compatible',
  title: 'Compatible',
  provides: ['chat'],
  hosts: ['${config.api_base}', 'https://static.example.com/path', '*.example.net', '${config.region}.example.org', '${config.other_base}'],
  config: {
    type: 'object',
    required: ['api_base', 'api_key'],
    properties: {
      api_base: { type: 'string', format: 'uri', default: 'https://api.example.com/v1', 'x-env': ['BASE_URL'] },
      other_base: { type: 'string' },
      region: { type: 'string' },
      api_key: { type: 'string', minLength: 1, writeOnly: true, 'x-env': ['FIRST_KEY', 'API_KEY'] },
      organization: { type: 'string', writeOnly: true, pattern: '^org-' },
      stream: { type: 'boolean', default: true, 'x-env': ['STREAM'] },
      style: { enum: ['effort', 'object'] },
      timeout: { type: 'string', default: 90, maximum: 1e9, 'x-env': ['TIMEOUT'], 'x-help': 'Seconds.' },
      models: { type: 'array', items: { type: 'string' }, 'x-env': ['MODELS'] },
      default_model: { type: 'string', default: 'm1', 'x-env': ['MODEL'] }
    }
  },
  presets: {
    groq: { title: 'Groq', api_base: 'https://api.groq.com/openai/v1', default_model: 'llama', 'x-env': { api_key: ['GROQ_KEY'] } },
    local: { api_base: 'http://localhost:1234/v1', required: ['api_base'], timeout: 300 }
  }
}

let root: string
let secrets: SecretStore

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'resoftai-resolve-'))
  secrets = secretStore({ home: join(root, 'home') })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

interface Given {
  readonly yaml?: string
  readonly env?: Readonly<Record<string, string>>
  readonly dotEnv?: string
  readonly name?: string
  readonly manifest?: Manifest
}

async function resolve({ yaml, env = {}, dotEnv, name = 'p', manifest: own = manifest }: Given) {
  if (yaml !== undefined) writeFileSync(join(root, 'resoftai.config.yaml'), yaml)
  if (dotEnv !== undefined) writeFileSync(join(root, '.env'), dotEnv)
  const config = await loadConfig({ cwd: root, home: join(root, 'home'), env })
  const resolution = await resolveProvider({
    name,
    entry: config.providers[name] ?? {},
    manifest: own,
    manifestFile: '/plugin/manifest.json',
    config,
    secrets
  })
  return { config, resolution }
}

async function provider(given: Given): Promise<ResolvedProvider> {
  const { resolution } = await resolve(given)
  if (!resolution.ok) throw new Error(inspect(resolution.problems))
  return resolution.provider
}

async function problems(given: Given): Promise<readonly Problem[]> {
  const { resolution } = await resolve(given)
  if (resolution.ok) throw new Error(`Expected problems, got ${inspect(resolution.provider.config)}`)
  return resolution.problems
}

const told = (list: readonly Problem[]) => list.map(({ path, message }) => `${path}: ${message}`)

describe('where a value comes from', () => {
  const sources: readonly (readonly [string, () => void, Given, string, string])[] = [
    [
      'the file',
      () => secrets.set('p', 'api_key', 'stored-key'),
      { yaml: 'providers: { p: { api_key: file-key } }', env: { API_KEY: 'env-key' } },
      'file-key',
      'file'
    ],
    ['the secret store', () => secrets.set('p', 'api_key', 'stored-key'), { env: { API_KEY: 'env-key' } }, 'stored-key', 'secret'],
    ['the first variable that is set', () => {}, { env: { FIRST_KEY: '', API_KEY: 'env-key' } }, 'env-key', 'env']
  ]
  it.each(sources)('%s is the strongest that has one', async (_name, prepare, given, secret, from) => {
    prepare()
    const resolved = await provider(given)
    expect(resolved.config['api_key']).toBe('{{secret:api_key}}')
    expect([...resolved.secrets]).toEqual([['{{secret:api_key}}', secret]])
    expect(resolved.origins['api_key']?.from).toBe(from)
  })

  it('falls from entry to variable to preset to default', async () => {
    const yaml = 'providers:\n  p: { preset: groq, timeout: 7 }\n'
    const { config, settings, origins, preset } = await provider({ yaml, env: { GROQ_KEY: 'k' } })
    expect(preset).toBe('groq')
    expect(config).toEqual({
      api_base: 'https://api.groq.com/openai/v1',
      api_key: '{{secret:api_key}}',
      connect_timeout: 10,
      strict: false,
      fallback_to_nonstream: true,
      stream: true,
      timeout: 7,
      default_model: 'llama',
      max_retries: 3,
      stall_timeout: 60,
      reasoning_stall_timeout: 300,
      deadline: 600
    })
    expect(settings).toEqual({
      defaultModel: 'llama',
      strict: false,
      models: undefined,
      connectTimeoutMs: 10_000,
      timeoutMs: 7000,
      firstEventTimeoutMs: 7000,
      limitsOf: expect.any(Function),
      retry: { maxRetries: 3, baseDelayMs: 500, backoffFactor: 2, maxDelayMs: 8000, retryableErrors: undefined },
      breaker: { failures: 10, restMs: 5000 },
      fallbackToNonstream: true,
      stallTimeoutMs: 60_000,
      reasoningStallTimeoutMs: 300_000,
      deadlineMs: 600_000,
      headers: {},
      extra: {}
    })
    expect(origins).toMatchObject({
      timeout: { from: 'file', line: 2 },
      api_base: { from: 'preset', preset: 'groq' },
      stream: { from: 'default' },
      api_key: { from: 'env', variable: 'GROQ_KEY' }
    })
  })

  it('reads numbers, truth and lists from variables, the default of the manifest, and the file a variable is in', async () => {
    const dotEnv = 'TIMEOUT=12.5\nMODELS="a, b"\nSTREAM=no\nAPI_KEY=key-from-file\n'
    const { config, settings, origins } = await provider({ dotEnv })
    expect(config).toMatchObject({ timeout: 12.5, models: ['a', 'b'], stream: false })
    expect(settings).toMatchObject({ timeoutMs: 12_500, models: ['a', 'b'], defaultModel: 'm1' })
    expect(origins['timeout']).toEqual({ from: 'env', variable: 'TIMEOUT', file: join(root, '.env') })
    rmSync(join(root, '.env'))
    expect((await provider({ env: { API_KEY: 'k' } })).settings.timeoutMs).toBe(90_000)
  })

  it('reads a number that a variable puts into the file', async () => {
    expect((await provider({ yaml: 'providers: { p: { timeout: "${T:-30}", api_key: k } }' })).settings.timeoutMs).toBe(30_000)
  })

  it('gives a key and an address that belong together to no other vendor', async () => {
    const env = { API_KEY: 'generic-key', BASE_URL: 'https://relay.example.com/v1', MODEL: 'relay-model', GROQ_KEY: 'groq-key' }
    const groq = await provider({ yaml: 'providers: { p: { preset: groq } }', env })
    expect([...groq.secrets.values(), groq.config['api_base'], groq.settings.defaultModel]).toEqual([
      'groq-key',
      'https://api.groq.com/openai/v1',
      'llama'
    ])
    const local = await provider({ yaml: 'providers: { p: { preset: local } }', env })
    expect([local.secrets.size, local.config['api_key'], local.settings.timeoutMs]).toEqual([0, undefined, 300_000])
    const generic = await provider({ yaml: 'providers: { p: {} }', env })
    expect([...generic.secrets.values(), generic.config['api_base']]).toEqual(['generic-key', 'https://relay.example.com/v1'])
  })

  it('tries a value that is not written yet in place of the written one', async () => {
    const { config } = await resolve({ yaml: 'providers: { p: { api_key: ${NOPE}, timeout: ${NOPE} } }' })
    const entry = { ...config.providers['p'], api_key: 'new-key', timeout: 5 }
    const resolution = await resolveProvider({ name: 'p', entry, manifest, manifestFile: '/m.json', config, secrets })
    if (!resolution.ok) throw new Error(inspect(resolution.problems))
    expect(resolution.provider.origins).toMatchObject({ api_key: { from: 'option' }, timeout: { from: 'option' } })
    expect(resolution.provider.settings.timeoutMs).toBe(5000)
  })

  it('takes the stored secret for a variable in the file that is not set', async () => {
    secrets.set('p', 'api_key', 'stored-key')
    const resolved = await provider({ yaml: 'providers: { p: { api_key: ${NOT_SET} } }' })
    expect([...resolved.secrets.values()]).toEqual(['stored-key'])
    secrets.unset('p', 'api_key')
    const found = await problems({ yaml: 'providers: { p: { api_key: ${NOT_SET} } }', env: { API_KEY: 'other' } })
    expect(found).toEqual([
      expect.objectContaining({
        message: 'The variable NOT_SET is not set.',
        path: 'providers.p.api_key',
        line: 1,
        file: expect.stringContaining('.yaml')
      })
    ])
  })

  it('reads a secret from a file that the configuration names, without its last newline', async () => {
    mkdirSync(join(root, 'run'))
    writeFileSync(join(root, 'run/key'), '\uFEFFkey-of-file\r\n')
    for (const value of ['file:run/key', `file:${root}/run/key`, `file://${root}/run/key`]) {
      const resolved = await provider({ yaml: `providers: { p: { api_key: "${value}" } }` })
      expect([...resolved.secrets.values()]).toEqual(['key-of-file'])
    }
  })

  it('lets no preset and no variable name a file to read', async () => {
    writeFileSync(join(root, 'key'), 'stolen')
    const resolved = await provider({ env: { API_KEY: `file:${root}/key` } })
    expect([...resolved.secrets.values()]).toEqual([`file:${root}/key`])
  })
})

describe('what is wrong', () => {
  it('is listed all at once, each with its place and what to do', async () => {
    const yaml = [
      'providers:',
      '  p:',
      '    tiemout: 3',
      '    timeout: -1',
      '    max_retries: many',
      '    style: wild',
      '    headers: { X-A: 1 }',
      '    api_base: nowhere'
    ].join('\n')
    const found = await problems({ yaml, env: { STREAM: 'perhaps' } })
    const places = found.map(({ path, line }) => `${line} ${path}`)
    expect(places.toSorted()).toEqual([
      '2 providers.p.api_key',
      '3 providers.p.tiemout',
      '4 providers.p.timeout',
      '5 providers.p.max_retries',
      '6 providers.p.style',
      '7 providers.p.headers.X-A',
      '8 providers.p.api_base',
      'undefined providers.p.stream'
    ])
    const by = (path: string) => found.find(problem => problem.path === `providers.p.${path}`)
    expect(by('tiemout')?.suggestion).toBe('Did you mean timeout?')
    expect(by('stream')?.message).toContain('It comes from the variable STREAM.')
    expect(by('api_key')).toMatchObject({
      message: 'api_key is missing.',
      suggestion: 'Set FIRST_KEY or API_KEY, or run: resoftai secret set p api_key'
    })
  })

  it('names the preset that was meant, or all there are', async () => {
    expect(await problems({ yaml: 'providers:\n  p:\n    preset: grok' })).toEqual([
      expect.objectContaining({
        path: 'providers.p.preset',
        line: 3,
        message: 'Plugin compatible has no preset "grok".',
        suggestion: 'Did you mean groq?'
      })
    ])
    expect((await problems({ yaml: 'providers: { p: { preset: constructor } }' }))[0]?.suggestion).toBe('It has: groq, local.')
  })

  it('a time above what a timer can wait, which would fire at once', async () => {
    expect(
      told(await problems({ yaml: 'providers: { p: { api_key: k, timeout: 3000000, deadline: .inf, stall_timeout: 0 } }' }))
    ).toHaveLength(3)
  })

  it('may be a private key, which has many lines', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nTUlJRXZRSUJBREFO\nQmdrcWhraUc5dzA=\n-----END PRIVATE KEY-----\n'
    const found = await provider({ yaml: 'providers:\n  p:\n    api_key: ${PEM}\n', env: { PEM: key } })
    expect([...found.secrets.values()]).toEqual([key.trimEnd()])
  })

  it.each([
    ['12345', 'must be a text'],
    ['true', 'must be a text'],
    ['[]', 'is an empty list'],
    ['[sk-canary-1, 5]', 'must be a text'],
    ['[sk-canary-1, [sk-canary-2]]', 'must be a text'],
    ['', 'has no value'],
    ['""', 'is empty'],
    ['" sk-canary-1"', 'begins or ends with a blank'],
    ['"sk-canary-1\\nsecond"', 'has more than one line'],
    ['"sk-canary-1\\0"', 'holds a control character'],
    ['"sk-canary-1\\u001b[2J"', 'holds a control character'],
    ['"sk-canary-…1"', 'holds a character that no header can carry'],
    ['Bearer sk-canary-1', 'begins with "Bearer"'],
    ['file:sk-canary-nowhere', 'names a file that cannot be read'],
    ['file:.', 'is not a regular file']
  ])('a secret written as %s', async (value, words) => {
    const found = await problems({ yaml: `providers:\n  p:\n    api_key: ${value}\n` })
    expect(found).toEqual([expect.objectContaining({ path: 'providers.p.api_key', line: 3, message: expect.stringContaining(words) })])
    expect(inspect(found, { depth: Infinity })).not.toContain('canary-1')
  })

  it('a secret that does not have the form the schema asks for, told without it', async () => {
    const found = await problems({ yaml: 'providers: { p: { api_key: k, organization: canary-org } }' })
    expect(found).toEqual([
      expect.objectContaining({
        path: 'providers.p.organization',
        message: 'organization does not have the form that the plugin asks for.'
      })
    ])
    expect((await provider({ yaml: 'providers: { p: { api_key: k, organization: org-1 } }' })).secrets.get('{{secret:organization}}')).toBe(
      'org-1'
    )
  })

  it.each([
    ['api.example.com/v1', 'Write https://api.example.com/v1.'],
    ['localhost:8080/v1', 'Write http://localhost:8080/v1.'],
    ['ftp://api.example.com/v1', 'Write https://api.example.com/v1.'],
    ['https://', 'Write an address such as'],
    ['https://user:canary@api.example.com', 'Take it out of the address'],
    ['https://api.example.com/v1?api_key=canary', 'Take it out of the address']
  ])('an address %s', async (address, suggestion) => {
    const plain: Manifest = { ...manifest, hosts: ['${config.other_base}'] }
    const found = await problems({ yaml: `providers: { p: { api_key: k, other_base: "${address}" } }`, manifest: plain })
    expect(found).toEqual([expect.objectContaining({ path: 'providers.p.other_base', suggestion: expect.stringContaining(suggestion) })])
    expect(inspect(found)).not.toContain('canary')
  })

  it.each([
    ['Host: evil', 'only the host sets'],
    ['content-length: "5"', 'only the host sets'],
    ['Transfer_Encoding: chunked', 'only the host sets'],
    ['AUTHORIZATION: Bearer x', 'only the host sets'],
    ['connection: close', 'only the host sets'],
    ['X-A: a, x-a: b', 'is the same header as X-A'],
    ['HTTP_Referer: a, HTTP-Referer: b', 'is the same header as HTTP_Referer'],
    ['"X A": a', 'is not the name of a header'],
    ['"X\\r\\nY": a', 'is not the name of a header'],
    ['"": a', 'is not the name of a header'],
    ['X-A: "canary\\r\\nEvil: 1"', 'no header can carry'],
    ['X-A: "canary\\0"', 'no header can carry'],
    ['X-A: "canary中"', 'no header can carry'],
    ['X-Api-Key: "canary\\r\\nEvil: 1"', 'no header can carry']
  ])('headers { %s }', async (headers, words) => {
    const found = await problems({ yaml: `providers: { p: { api_key: k, headers: { ${headers} } } }` })
    expect(found).toEqual([
      expect.objectContaining({ path: expect.stringMatching(/^providers\.p\.headers\./), message: expect.stringContaining(words) })
    ])
    expect(inspect(found)).not.toContain('canary')
  })

  it('never shows a secret or a placeholder, whatever else is wrong', async () => {
    const canary = 'sk-canary-{"x":1}-0042'
    secrets.set('p', 'organization', canary)
    const junk = ['null', '7', 'true', 'text', '[1, {a: b}]', '{ a: 1 }', '"${NOPE}"', '"\\0\\n"']
    const fields = [
      'api_base',
      'region',
      'stream',
      'style',
      'timeout',
      'models',
      'default_model',
      'headers',
      'extra',
      'max_retries',
      'unknown'
    ]
    for (const value of junk) {
      const entry = [...fields.map(field => `${field}: ${value}`), 'api_key: ${CANARY}'].join(', ')
      for (const chosen of [entry, `preset: groq, ${entry}`]) {
        const found = await problems({ yaml: `providers: { p: { ${chosen} } }`, env: { CANARY: canary } })
        const text = `${JSON.stringify(found)}${inspect(found, { depth: Infinity })}`
        expect(text).not.toContain('canary')
        expect(text).not.toContain('{{')
      }
    }
  })

  it('of a manifest is told with its file', async () => {
    const nested: Manifest = {
      ...manifest,
      config: { type: 'object', properties: { login: { type: 'object', properties: { key: { type: 'string', writeOnly: true } } } } }
    }
    expect(await problems({ manifest: nested })).toEqual([
      expect.objectContaining({
        file: '/plugin/manifest.json',
        path: 'login',
        message: expect.stringContaining('only a field at the top can be a secret')
      })
    ])
    const wrongPreset: Manifest = { ...manifest, presets: { local: { required: [], timeout: 'long' } } }
    expect(await problems({ yaml: 'providers: { p: { preset: local } }', manifest: wrongPreset })).toEqual([
      expect.objectContaining({ file: '/plugin/manifest.json', path: 'providers.p.timeout' })
    ])
    const wrongHost: Manifest = { ...manifest, hosts: ['not a host'] }
    expect(await problems({ env: { API_KEY: 'k' }, manifest: wrongHost })).toEqual([
      expect.objectContaining({ file: '/plugin/manifest.json', message: expect.stringContaining('not a host') })
    ])
  })
})

describe('what the plugin and the host are given', () => {
  it('is where it may send to, with addresses of the config put in', async () => {
    const yaml = 'providers: { p: { api_key: k, api_base: "https://API.Example.com:443/v1", region: eu-1 } }'
    expect((await provider({ yaml })).allowedHosts).toEqual([
      'https://api.example.com',
      'https://static.example.com',
      '*.example.net',
      'https://eu-1.example.org'
    ])
    expect(told(await problems({ yaml: 'providers: { p: { api_key: k, region: evil.com/ } }' }))).toEqual([
      'providers.p.region: region is not part of a host name.'
    ])
  })

  it('is frozen, and shares nothing with manifest or configuration', async () => {
    const before = JSON.stringify(manifest)
    const { config, resolution } = await resolve({ yaml: 'providers: { p: { api_key: k, extra: { a: { b: [1] } }, models: [x] } }' })
    if (!resolution.ok) throw new Error('unexpected')
    const { config: given, settings } = resolution.provider
    for (const part of [given, given['extra'], given['models'], settings, settings.extra]) expect(Object.isFrozen(part)).toBe(true)
    expect(() => ((given['extra'] as { a: { b: number[] } }).a.b[0] = 2)).toThrow(TypeError)
    expect(given['extra']).not.toBe(config.providers['p']?.['extra'])
    expect(JSON.stringify(manifest)).toBe(before)
  })

  it('holds no secret in anything that can be printed but the map of secrets, and that hides them', async () => {
    const canary = 'sk-canary-4411'
    const yaml = 'providers: { p: { api_key: ${CANARY}, headers: { X-Sub-Key: sk-canary-4411, X-Plain: "${CANARY_KEY}", X-Title: mine } } }'
    const resolved = await provider({ yaml, env: { CANARY: canary, CANARY_KEY: `${canary}-2` } })
    expect(`${JSON.stringify(resolved)}${inspect(resolved, { depth: Infinity, showHidden: true })}`).not.toContain('canary')
    expect(resolved.settings.headers).toEqual({
      'X-Sub-Key': '{{secret:headers.X-Sub-Key}}',
      'X-Plain': '{{secret:headers.X-Plain}}',
      'X-Title': 'mine'
    })
    expect([...resolved.secrets.values()]).toEqual([canary, canary, `${canary}-2`])
  })
})

describe('max_retries', () => {
  it.each([
    ['that of the host wins over a default', 'providers: { p: { api_key: k } }\nretry: { max_retries: 5 }\n', 5, 2],
    ['the own one wins', 'providers: { p: { api_key: k, max_retries: 1 } }\nretry: { max_retries: 5 }\n', 1, 1]
  ])('%s', async (_name, yaml, expected, line) => {
    const { settings, config, origins } = await provider({ yaml })
    expect([settings.retry.maxRetries, config['max_retries'], origins['max_retries']]).toEqual([
      expected,
      expected,
      expect.objectContaining({ from: 'file', line })
    ])
  })
})

describe('a secret with several values', () => {
  const yaml = 'providers:\n  p:\n    api_key: [sk-canary-1, "${SECOND}", sk-canary-1]\n'

  it('is one placeholder, and a set of real values for each', async () => {
    const resolved = await provider({ yaml, env: { SECOND: 'sk-canary-2' } })
    expect(resolved.config['api_key']).toBe('{{secret:api_key}}')
    expect(resolved.secretSets.map(set => [...set])).toEqual([
      [['{{secret:api_key}}', 'sk-canary-1']],
      [['{{secret:api_key}}', 'sk-canary-2']]
    ])
    expect(inspect(resolved, { depth: Infinity })).not.toContain('canary')
  })

  it('is incomplete when a variable of it is not set', async () => {
    expect(told(await problems({ yaml }))).toEqual([expect.stringContaining('The variable SECOND is not set')])
  })

  it('is never shown, whether its provider can be used or not', async () => {
    for (const given of [
      { yaml, env: { SECOND: 'sk-canary-2' } },
      { yaml: `${yaml}    api_base: nonsense\n`, env: { SECOND: 'sk-canary-2' } }
    ]) {
      const { config, resolution } = await resolve(given)
      const shown = explainConfig(config, resolution.ok ? [resolution.provider] : [])
      expect(shown.find(({ path }) => path === 'providers.p.api_key')?.value).toBeDefined()
      expect(JSON.stringify(shown)).not.toContain('canary')
    }
  })
})

describe('explainConfig', () => {
  it('lists every value, masked where it is secret, with its origin', async () => {
    const yaml =
      'providers:\n  p:\n    preset: groq\n    api_key: ${CANARY}\n    headers: { X-Key: sk-canary-header-0002 }\n  gone: { token: sk-canary-0123456789, note: n }\n'
    const { config, resolution } = await resolve({ yaml, env: { CANARY: 'sk-canary-0123456789abcd' } })
    if (!resolution.ok) throw new Error('unexpected')
    const file = join(root, 'resoftai.config.yaml')
    const lines = explainConfig(config, [resolution.provider]).map(
      ({ path, value, origin }) => `${path}=${JSON.stringify(value)} (${origin})`
    )
    expect(lines).toEqual(
      expect.arrayContaining([
        'log.level="warn" (default)',
        `providers.p.preset="groq" (${file}:3)`,
        `providers.p.api_key="sk-…abcd" (${file}:4, from CANARY)`,
        `providers.p.headers.X-Key="sk-…0002" (${file}:5)`,
        'providers.p.api_base="https://api.groq.com/openai/v1" (preset groq)',
        'providers.p.deadline=600 (default)',
        `providers.gone.token="sk-…6789" (${file}:6)`,
        `providers.gone.note="n" (${file}:6)`
      ])
    )
    expect(lines.join()).not.toContain('canary')
  })
})
