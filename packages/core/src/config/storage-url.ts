import { dirname, resolve } from 'node:path'
import type { SettledLayer } from './origin.ts'
import { isRecord } from './record.ts'

/** The address of the storage; a relative file begins at the folder of the configuration that names it. */
export function storageUrl(layers: readonly SettledLayer[], cwd: string): { readonly url?: string } {
  for (const { value, file } of layers) {
    const url = isRecord(value) && isRecord(value['storage']) ? value['storage']['url'] : undefined
    if (typeof url !== 'string') continue
    const path = /^sqlite:(?!:memory:$)(.+)$/.exec(url)?.[1]
    return { url: path === undefined ? url : `sqlite:${resolve(file === undefined ? cwd : dirname(file), path)}` }
  }
  return {}
}
