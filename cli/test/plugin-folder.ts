import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from './cli-process.ts'

interface PluginParts {
  /** Instead of what the manifest would say. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** Source of the entry file. */
  readonly entry?: string
}

const parrot = `export default {
  create: () => ({
    async *chat(request) {
      yield { type: 'start', model: request.model }
      yield { type: 'text', text: request.messages.at(-1).content }
      yield { type: 'finish', reason: 'stop' }
    }
  })
}
`

/** Writes a plugin package whose provider repeats what it is told. Gives its folder. */
export function writePlugin(sandbox: Sandbox, id: string, { manifest = {}, entry = parrot }: PluginParts = {}): string {
  const directory = join(sandbox.root, id)
  mkdirSync(directory)
  const write = (file: string, value: unknown) =>
    writeFileSync(join(directory, file), typeof value === 'string' ? value : JSON.stringify(value))
  write('package.json', {
    name: `resoftai-plugin-${id}`,
    version: '1.0.0',
    description: 'A parrot.',
    license: 'MIT',
    type: 'module',
    exports: './index.js',
    engines: { node: '>=22', resoftai: '^1.0.0' },
    keywords: ['resoftai-plugin'],
    resoftai: './resoftai.plugin.json'
  })
  const config = { type: 'object', properties: { default_model: { type: 'string', default: 'parrot' } } }
  write('resoftai.plugin.json', { manifestVersion: 1, id, title: 'Parrot', provides: ['chat', 'stream'], hosts: [], config, ...manifest })
  write('index.js', entry)
  return directory
}
