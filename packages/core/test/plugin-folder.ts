import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'resoftai-core-'))
}

export interface PluginFolder {
  readonly id: string
  readonly code: string
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly packageJson?: Readonly<Record<string, unknown>>
}

/** A plugin as its author would have it on disk. */
export function writePlugin(parent: string, { id, code, manifest = {}, packageJson = {} }: PluginFolder): string {
  const folder = join(parent, id)
  mkdirSync(folder, { recursive: true })
  const file = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  file('package.json', {
    name: `resoftai-plugin-${id}`,
    version: '1.0.0',
    type: 'module',
    exports: './index.js',
    engines: { resoftai: '^1.0.0' },
    resoftai: './resoftai.plugin.json',
    ...packageJson
  })
  file('resoftai.plugin.json', {
    manifestVersion: 1,
    id,
    title: id,
    provides: ['chat'],
    hosts: [],
    config: { type: 'object', properties: {} },
    ...manifest
  })
  file('index.js', code)
  return folder
}

/** A provider that answers with one text. */
export const answering = (text: string) => `export default {
  create: ({ config, provider }) => ({
    async *chat() {
      yield { type: 'text', text: ${JSON.stringify(text)} + JSON.stringify({ config, provider }) }
      yield { type: 'finish', reason: 'stop' }
    }
  })
}`
