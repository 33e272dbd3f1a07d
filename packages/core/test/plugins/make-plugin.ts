import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from '@jest/globals'

const made: string[] = []

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

/** A new folder that is gone after the test file. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'resoftai-test-')))
  made.push(folder)
  return folder
}

export interface PluginParts {
  readonly id?: string
  /** Over the manifest that is right; `undefined` removes a key. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** Over the package.json that is right; `undefined` removes a key. */
  readonly packageJson?: Readonly<Record<string, unknown>>
  /** Of `index.js`. */
  readonly code?: string
  /** More files, by path. */
  readonly files?: Readonly<Record<string, string>>
}

export const goodCode = `import { ProviderError } from '@resoftai/sdk'
export default { create: ({ config }) => ({ encode: () => ({ url: config.api_base, headers: {} }), streamDecoder: () => () => 'done', ProviderError }) }
`

/** Writes a plugin that is right but for what the parts say. */
export function makePlugin(
  { id = 'acme', manifest, packageJson, code = goodCode, files }: PluginParts = {},
  directory = makeFolder()
): string {
  const all: Readonly<Record<string, string>> = {
    'package.json': toJson({
      name: `resoftai-plugin-${id}`,
      version: '1.0.0',
      description: 'A plugin for tests.',
      type: 'module',
      exports: './index.js',
      engines: { node: '>=22.19', resoftai: '^1.0.0' },
      resoftai: './resoftai.plugin.json',
      ...packageJson
    }),
    'resoftai.plugin.json': toJson({
      manifestVersion: 1,
      id,
      title: { en: 'Acme', 'zh-CN': '极致' },
      provides: ['chat', 'stream'],
      hosts: ['${config.api_base}'],
      config: {
        type: 'object',
        required: ['api_base', 'api_key'],
        properties: {
          api_base: { type: 'string', format: 'uri', default: 'https://api.acme.example/v1' },
          api_key: { type: 'string', writeOnly: true, 'x-env': ['ACME_API_KEY'], 'x-help': 'Made at https://acme.example/keys' },
          default_model: { type: 'string', default: 'acme-1' }
        }
      },
      ...manifest
    }),
    'index.js': code,
    ...files
  }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
