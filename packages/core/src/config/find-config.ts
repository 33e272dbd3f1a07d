import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isRecord } from './record.ts'

/** What a project's configuration may be called. */
export const configNames = ['yaml', 'yml', 'json', 'ts', 'js', 'mjs'].map(extension => `resoftai.config.${extension}`)

/**
 * The configuration files in the nearest folder that has any, from `directory` upward. A plain look at the disk, so that a host without
 * a file loads no library for it. Parent folders that everyone may write to (`/tmp`) are passed over: anybody could put one there.
 */
export function findConfigFiles(directory: string): readonly string[] {
  const start = resolve(directory)
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder === start || !isOpenToAll(folder)) {
      const found = [...configNames.map(name => join(folder, name)).filter(isFile), ...packageFile(folder)]
      if (found.length > 0) return found
    }
    if (folder === dirname(folder)) return []
  }
}

/** `package.json`, when its key `resoftai` is an object; in a plugin's own package it is the name of the manifest. */
function packageFile(folder: string): readonly string[] {
  const file = join(folder, 'package.json')
  const text = readIfThere(file)
  if (text === undefined || !/"resoftai"\s*:\s*\{/.test(text)) return []
  try {
    const content: unknown = JSON.parse(text)
    return isRecord(content) && isRecord(content['resoftai']) ? [file] : []
  } catch {
    return [file]
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function isOpenToAll(folder: string): boolean {
  try {
    return process.platform !== 'win32' && (statSync(folder).mode & 0o002) !== 0
  } catch {
    return false
  }
}
