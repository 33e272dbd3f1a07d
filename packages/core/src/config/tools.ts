import { dirname, resolve } from 'node:path'
import type { Environment } from './home.ts'
import type { SettledLayer } from './origin.ts'
import { emptyRecord, isRecord } from './record.ts'
import { soundsSecret } from './secret-value.ts'
import type { ToolsConfig, ToolsEntry } from './types.ts'

/** The sources of tools of all files; the strongest file that has a name decides about it alone. The schema has judged what is in them. */
export function toolsOf(layers: readonly SettledLayer[], cwd: string, env: Environment): Readonly<Record<string, ToolsConfig>> {
  const sources = emptyRecord<ToolsConfig>()
  for (const layer of layers) {
    const tools = isRecord(layer.value) && isRecord(layer.value['tools']) ? layer.value['tools'] : {}
    for (const [name, entry] of Object.entries(tools)) {
      if (isRecord(entry)) sources[name] ??= Object.freeze(sourceOf(name, entry as ToolsEntry, layer, cwd, env))
    }
  }
  return Object.freeze(sources)
}

function sourceOf(name: string, entry: ToolsEntry, layer: SettledLayer, cwd: string, env: Environment): ToolsConfig {
  const folder = layer.file === undefined ? cwd : dirname(layer.file)
  return {
    ...entry,
    ...(entry.module !== undefined && { module: resolve(folder, entry.module) }),
    folder,
    secrets: [...secretsIn(name, entry, layer, env)],
    problems: layer.unset.filter(({ path = '' }) => path.startsWith(`tools.${name}.`))
  }
}

/** Variables that programs are given and that are no secret: taking them out of every text would hide more than it protects. */
const plain = new Set(['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TERM', 'TMPDIR', 'USER'])

function* secretsIn(name: string, entry: ToolsEntry, { variables }: SettledLayer, env: Environment): Generator<string> {
  for (const [path, names] of variables) {
    const [section, of, field = ''] = path.split('.')
    if (section !== 'tools' || of !== name) continue
    const carriesKeys = ['env', 'headers', 'url'].includes(field)
    for (const variable of names) if (soundsSecret(variable) || (carriesKeys && !plain.has(variable))) yield env[variable] ?? ''
  }
  for (const [field, value] of Object.entries({ ...entry.env, ...entry.headers })) {
    // `Bearer <key>`
    if (soundsSecret(field)) yield* [value, value.slice(value.lastIndexOf(' ') + 1)]
  }
}
