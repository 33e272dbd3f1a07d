import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '../error-code.ts'
import { HostError } from '../error.ts'
import { randomName } from '../random-name.ts'

/** Replaces the file in one step; only its owner may read it (0600 in a 0700 folder). A symbolic link is refused. */
export function writePrivateFile(file: string, text: string): void {
  refuseLink(file)
  makePrivateFolder(dirname(file))
  const part = `${file}.${process.pid}-${randomName()}.part`
  try {
    const handle = openSync(part, 'wx', 0o600)
    try {
      writeSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(part, file)
  } catch (error) {
    rmSync(part, { force: true })
    throw unwritable(file, error)
  }
}

export function makePrivateFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(directory, error)
  }
}

/** A link would let somebody else choose what is read or replaced. */
export function refuseLink(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new HostError('config', `${file} is a symbolic link.`, { hint: 'Put the real file there; a link is not followed.' })
  }
}

/** A sentence when others may read the file or change its folder, with the command that puts it right. */
export function permissionWarning(file: string): string | undefined {
  if (process.platform === 'win32') return undefined
  const wide = [
    ...(mayOthers(file, 0o077) ? [`chmod 600 ${quote(file)}`] : []),
    ...(mayOthers(dirname(file), 0o022) ? [`chmod 700 ${quote(dirname(file))}`] : [])
  ]
  return wide.length === 0 ? undefined : `Other users of this machine can get at ${file}. Run: ${wide.join(' && ')}`
}

function mayOthers(path: string, bits: number): boolean {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  return mode !== undefined && (mode & bits) !== 0
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}

/** The error for a place that cannot be written. */
export function unwritable(path: string, error: unknown): HostError {
  return new HostError('config', `${path} cannot be written (${errorCode(error)}).`, {
    hint: 'Make its folder writable, or set RESOFTAI_HOME to a folder that you may write to.'
  })
}
