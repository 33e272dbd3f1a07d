import { isObject } from '../../json.ts'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe } from '../check/difference.ts'
import type { ConformanceProblem } from './error.ts'

export type Json = Readonly<Record<string, unknown>>

/** One JSON file, parsed. */
export interface CaseFile {
  readonly name: string
  readonly file: string
  readonly value: Json
}

/** Of one file, and of all: more is no case but a dump, and would take the check too long. */
const mostBytes = 2 * 1024 * 1024
const mostBytesInAll = 32 * 1024 * 1024

/** Reads files of one folder and its subfolders, no links; what cannot be read becomes a problem. */
export class CaseFolder {
  readonly problems: ConformanceProblem[] = []
  readonly #root: string
  #bytes = 0

  constructor(root: string) {
    this.#root = root
  }

  fail(file: string, message: string): void {
    this.problems.push({ file, message })
  }

  /** Names of what is in a subfolder; none when it is not there. */
  list(subfolder = ''): readonly string[] {
    const folder = join(this.#root, subfolder)
    const state = lstatSync(folder, { throwIfNoEntry: false })
    if (state === undefined && subfolder !== '') return []
    if (state?.isDirectory() === true)
      return readdirSync(folder)
        .filter(name => !name.startsWith('.'))
        .toSorted()
    this.fail(folder, state === undefined ? 'does not exist' : 'is no folder')
    return []
  }

  /** All `*.json` of a subfolder that hold an object. */
  readCases(subfolder: string): readonly CaseFile[] {
    return this.list(subfolder)
      .filter(name => name.endsWith('.json'))
      .flatMap(name => this.readJson(join(subfolder, name)) ?? [])
  }

  readJson(path: string): CaseFile | undefined {
    const file = join(this.#root, path)
    const bytes = this.readBytes(path)
    if (bytes === undefined) return undefined
    try {
      const value = JSON.parse(new TextDecoder().decode(bytes)) as unknown
      if (isObject(value)) return { name: basename(path, '.json'), file, value }
      this.fail(file, 'must hold a JSON object')
    } catch (error) {
      this.fail(file, `is no JSON: ${describe(error)}`)
    }
    return undefined
  }

  readBytes(path: string): Uint8Array | undefined {
    const file = join(this.#root, path)
    const state = lstatSync(file, { throwIfNoEntry: false })
    if (state?.isFile() !== true) this.fail(file, state === undefined ? 'does not exist' : 'is no file')
    else if (state.size > mostBytes) this.fail(file, 'is larger than 2 MiB')
    else if ((this.#bytes += state.size) > mostBytesInAll) this.fail(file, 'is one too many: all files together are larger than 32 MiB')
    else return readFileSync(file)
    return undefined
  }
}
