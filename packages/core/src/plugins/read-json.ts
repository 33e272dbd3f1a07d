import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { errorCode } from '../error-code.ts'
import type { Problem } from '../error.ts'

const mostBytes = 1024 * 1024
const prototypeKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
/** Reading every key costs more than the rest, so it is done only where one of these may be written, escaped or not. */
const mayHoldKeys = /__proto__|constructor|prototype|\\u/

export type JsonReading =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: Problem }

/** Reads a file that should hold one JSON object and may be a stranger's. */
export function readJsonObject(file: string): JsonReading {
  const refuse = (message: string, more: Partial<Problem> = {}): JsonReading => ({ ok: false, problem: { message, file, ...more } })
  let text: string
  try {
    const handle = openSync(file, 'r')
    try {
      const status = fstatSync(handle)
      if (!status.isFile()) return refuse('This is not a file.')
      if (status.size > mostBytes) return refuse('The file is larger than 1 MB.')
      text = readFileSync(handle, 'utf8').replace(/^\uFEFF/, '')
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    const code = errorCode(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? refuse('The file does not exist.') : refuse(`The file cannot be read (${code}).`)
  }
  try {
    const value: unknown = JSON.parse(text)
    const badKey = mayHoldKeys.test(text) ? findPrototypeKey(text) : undefined
    if (badKey !== undefined) return refuse(`The key "${badKey}" is not allowed.`, { suggestion: 'Give it another name.' })
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('The file must hold a JSON object.')
    return { ok: true, value: value as Readonly<Record<string, unknown>> }
  } catch (error) {
    if ((error as Error).name === 'RangeError') return refuse('The file is nested too deeply.')
    const [, line] = /\(line (\d+) column/.exec((error as Error).message) ?? []
    return refuse('The file is not valid JSON.', line === undefined ? {} : { line: Number(line) })
  }
}

function findPrototypeKey(text: string): string | undefined {
  let found: string | undefined
  JSON.parse(text, (key, item: unknown) => {
    if (prototypeKeys.has(key)) found = key
    return item
  })
  return found
}
