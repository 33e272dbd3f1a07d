import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** By path. A file that was only touched has the digest that it had. */
export type Digests = ReadonlyMap<string, string>

export async function digestFiles(files: readonly string[]): Promise<Digests> {
  return new Map(await Promise.all(files.map(async file => [file, await digestOf(file)] as const)))
}

/** Those of `files` that are not the same in both. */
export function differing(files: readonly string[], one: Digests, other: Digests): readonly string[] {
  return files.filter(file => one.get(file) !== other.get(file))
}

/** Of a folder, that of its `.json` files. */
async function digestOf(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) {
      const names = (await readdir(path)).filter(name => name.endsWith('.json')).toSorted()
      return hash(JSON.stringify(await Promise.all(names.map(async name => [name, await digestOf(join(path, name))]))))
    }
    // Reading what is no file may never end.
    return found.isFile() ? hash(await readFile(path)) : 'no file'
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
