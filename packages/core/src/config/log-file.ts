import { dirname, resolve } from 'node:path'
import type { SettledLayer } from './origin.ts'
import { isRecord } from './record.ts'

/** Where the log goes; a relative path begins at the folder of the configuration that names it. */
export function logFile(layers: readonly SettledLayer[], cwd: string): { readonly file?: string } {
  for (const { value, file } of layers) {
    const path = isRecord(value) && isRecord(value['log']) ? value['log']['file'] : undefined
    if (typeof path === 'string') return { file: resolve(file === undefined ? cwd : dirname(file), path) }
  }
  return {}
}
