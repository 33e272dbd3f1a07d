import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, lstatSync, openSync, readFileSync, readdirSync, rmSync, type Dirent } from 'node:fs'
import { join, sep } from 'node:path'
import { HostError, type Problem } from '../error.ts'
import { writeNewFile } from './write-file.ts'

const listName = '.resoftai-files.json'

/** Writes down the sha256 of every file of a folder, and makes sure that all of it is on the disk. Gives the sha256 of that list. */
export function sealGeneration(directory: string): string {
  rmSync(join(directory, listName), { force: true })
  const files = Object.fromEntries(listFiles(directory).map(path => [path, hashFile(join(directory, path))]))
  const text = `${JSON.stringify({ files }, null, 2)}\n`
  writeNewFile(join(directory, listName), text)
  for (const folder of ['', ...listFolders(directory)]) syncFolder(join(directory, folder))
  return `sha256-${hash(text)}`
}

/** What is not as it was installed; empty when all is. */
export function judgeGeneration(directory: string, integrity: string): readonly Problem[] {
  const listFile = join(directory, listName)
  const text = existsSync(listFile) ? readFileSync(listFile) : Buffer.alloc(0)
  if (`sha256-${hash(text)}` !== integrity) return [{ message: 'The list of its files is gone or was changed.', file: listFile }]
  const { files } = JSON.parse(text.toString()) as { readonly files: Readonly<Record<string, string>> }
  const present = new Set(listFiles(directory).filter(path => path !== listName))
  const lost = Object.keys(files).filter(path => !present.has(path))
  const other = [...present].filter(path => files[path] !== hashFile(join(directory, path)))
  return [
    ...lost.map(path => ({ message: 'The file is gone.', file: join(directory, path) })),
    ...other.map(path => ({
      message: Object.hasOwn(files, path) ? 'The file was changed.' : 'The file was added.',
      file: join(directory, path)
    }))
  ]
}

/** Throws `HostError` `integrity` when an installed plugin is not what was installed. */
export function verifyGeneration(plugin: { readonly id: string; readonly directory: string; readonly integrity: string }): void {
  const problems = judgeGeneration(plugin.directory, plugin.integrity)
  if (problems.length === 0) return
  throw new HostError('integrity', `Plugin ${plugin.id} is not what was installed; its code was not loaded.`, {
    hint: `Run \`resoftai plugin install <source> --force\` to install ${plugin.id} again.`,
    problems
  })
}

export function syncFolder(directory: string): void {
  // Windows has no such thing.
  if (process.platform === 'win32') return
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Everything that is no folder, links too: what was not installed is an addition. With `/`, sorted. */
function listFiles(directory: string): readonly string[] {
  return list(directory, entry => !entry.isDirectory())
}

function listFolders(directory: string): readonly string[] {
  return list(directory, entry => entry.isDirectory())
}

function list(directory: string, isWanted: (entry: Dirent) => boolean): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(isWanted)
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll(sep, '/')
    )
    .toSorted()
}

function hashFile(file: string): string {
  return lstatSync(file).isFile() ? hash(readFileSync(file)) : 'not a file'
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
