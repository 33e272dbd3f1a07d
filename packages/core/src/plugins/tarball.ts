import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import type { ReadEntry } from 'tar'
import { HostError, isHostError } from '../error.ts'
import { errorCode } from '../error-code.ts'
import { fileFault } from './file-fault.ts'
import { packageLimits, quotePath, refused } from './package-limits.ts'
import { createFile, type NewFile } from './write-file.ts'

/** More than the largest package with its headers. */
const mostTarBytes = 300 * 1024 * 1024
const mostEntries = 20_000

/**
 * Unpacks an npm tarball into a new folder. Only plain files with plain names are accepted; anything else refuses the whole. Links, owners,
 * times and special bits do not come along. Throws `HostError`.
 */
export async function unpackTarball(tarball: string, into: string): Promise<void> {
  if (statSync(tarball, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new HostError('not_found', `There is no file ${tarball}.`, { hint: 'Name a tarball that `npm pack` made.' })
  }
  try {
    await unpack(tarball, into)
  } catch (error) {
    if (isHostError(error)) throw error
    const code = errorCode(error)
    if (/^E[A-Z]+$/.test(code)) throw fileFault(into, error)
    throw refused(tarball, code.startsWith('Z_') ? 'it is damaged or not compressed by gzip' : 'it is damaged or no tar archive')
  }
}

async function unpack(tarball: string, into: string): Promise<void> {
  const { Parser } = await import('tar')
  const limits = packageLimits(tarball)
  const fault: { error?: unknown } = {}
  const open = new Set<NewFile>()
  let entries = 0
  let isOver = false
  let top: string | undefined

  const take = (entry: ReadEntry) => {
    if (++entries > mostEntries) throw refused(tarball, `it has more than ${mostEntries} entries`)
    // An extended header may have made it a number.
    const { path: written }: { readonly path: unknown } = entry
    const whole = String(written)
    const [folder = '', ...rest] = whole.split('/')
    top ??= folder
    if (entry.type === 'Directory' || entry.type === 'GNUDumpDir') return
    if (entry.type !== 'File' && entry.type !== 'OldFile' && entry.type !== 'ContiguousFile') {
      throw refused(tarball, `${quotePath(whole)} is not a plain file but a ${entry.type}`)
    }
    if (folder !== top || ['', '.', '..'].includes(folder))
      throw refused(tarball, `${quotePath(whole)} is not inside of one folder with the others`)
    const path = rest.join('/')
    limits.addFile(path)
    limits.addBytes(entry.header.size ?? 0)
    const file = createFile(join(into, ...rest), entry.mode ?? 0)
    open.add(file)
    // The parser hands out data as it is written, so that nothing waits in between.
    entry.on('data', chunk => file.write(chunk))
    entry.on('end', () => open.delete(file) && file.close())
  }
  const keep = (error: unknown) => (fault.error ??= error)
  // Compressions are read here, where every byte is counted.
  const parser = new Parser({ strict: true, brotli: false, zstd: false })
  parser.on('error', keep)
  parser.on('eof', () => (isOver = true))
  parser.on('ignoredEntry', (entry: ReadEntry) => keep(refused(tarball, `it holds something that is no file (${entry.type})`)))
  parser.on('entry', (entry: ReadEntry) => {
    try {
      if (fault.error === undefined) take(entry)
    } catch (error) {
      keep(error)
    }
    entry.resume()
  })

  const input = createReadStream(tarball)
  const plain = createGunzip()
  input.on('error', error => plain.destroy(error))
  let read = 0
  try {
    for await (const chunk of input.pipe(plain) as AsyncIterable<Buffer>) {
      if (read === 0 && chunk[0] === 0x1f && chunk[1] === 0x8b) throw refused(tarball, 'it is compressed twice')
      read += chunk.length
      if (read > mostTarBytes) throw refused(tarball, `it is larger than ${mostTarBytes / 1024 / 1024} MB unpacked`)
      parser.write(chunk)
      if (fault.error !== undefined) throw fault.error
      // What follows the end of the archive is not part of it.
      if (isOver) break
    }
    parser.end()
    if (fault.error !== undefined) throw fault.error
  } finally {
    input.destroy()
    for (const file of open) file.close()
  }
}
