import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../error.ts'

export type EntryReading = { readonly ok: true; readonly file: string } | { readonly ok: false; readonly problem: Problem }

/** The file that a package is imported from, by `exports`, else `main`, else `index.js`. Nothing is loaded. */
export function findEntry(directory: string, packageJson: Readonly<Record<string, unknown>>): EntryReading {
  const { exports, main } = packageJson
  const key = exports === undefined ? 'main' : 'exports'
  const refuse = (message: string, suggestion: string): EntryReading => ({
    ok: false,
    problem: { message, file: join(directory, 'package.json'), path: key, suggestion }
  })
  const target = exports === undefined ? (typeof main === 'string' ? main : './index.js') : exported(exports)
  if (target === undefined) return refuse('exports names no file that can be imported.', 'Write "exports": "./index.js".')
  const parts = target.replace(/^\.\//, '').split('/')
  if (/^[/\\]|^[A-Za-z]:|[\\\0*]/.test(target) || parts.includes('..') || parts.includes('node_modules')) {
    return refuse(`${key} names ${target}, which is outside of the package.`, 'Name a file of the package.')
  }
  const file = join(directory, ...parts)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    return refuse(`The entry file ${target} does not exist.`, 'Build the package, or correct the name.')
  }
  return { ok: true, file }
}

/** `require` comes last: a file that both can load is better imported. */
const conditions = [
  ['node', 'import', 'module-sync', 'default'],
  ['node', 'require', 'default']
]

function exported(exports: unknown): string | undefined {
  const root = isMap(exports) && Object.keys(exports).some(key => key.startsWith('.')) ? exports['.'] : exports
  for (const wanted of conditions) {
    const found = choose(root, wanted, 0)
    if (found !== undefined) return found
  }
  return undefined
}

/** As Node does: the first condition, in the order of the package, that is wanted. */
function choose(target: unknown, wanted: readonly string[], depth: number): string | undefined {
  if (typeof target === 'string') return target.startsWith('./') ? target : undefined
  if (depth > 10 || typeof target !== 'object' || target === null) return undefined
  const options = Array.isArray(target)
    ? target
    : Object.entries(target).flatMap(([key, value]) => (wanted.includes(key) ? [value as unknown] : []))
  for (const option of options) {
    const found = choose(option, wanted, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
