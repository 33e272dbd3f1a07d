import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

/** One entry of a tar archive, written byte by byte, so that it can be as bad as anybody could make it. */
export interface TarEntry {
  readonly path: string
  /** `0` file (default), `1` hard link, `2` symbolic link, `3` and `4` devices, `5` folder, `6` pipe, `x` extended header. */
  readonly type?: string
  readonly content?: string | Uint8Array
  readonly mode?: number
  readonly link?: string
  /** What the header says; default: the truth. */
  readonly size?: number
}

/** The bytes of a gzipped archive. */
export function tarball(entries: readonly TarEntry[]): Buffer {
  return gzipSync(Buffer.concat([tarBlocks(entries), Buffer.alloc(1024)]))
}

/** The entries alone: no compression, no end mark. */
export function tarBlocks(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat(entries.map(toBlocks))
}

export function writeTarball(file: string, entries: readonly TarEntry[]): string {
  writeFileSync(file, tarball(entries))
  return file
}

/** What a folder holds, as npm would put it into an archive. */
export function entriesOf(directory: string): readonly TarEntry[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const file = join(entry.parentPath, entry.name)
      return { path: `package/${file.slice(directory.length + 1).replaceAll(sep, '/')}`, content: readFileSync(file) }
    })
}

/** An extended header that gives the next entry another path. */
export function paxPath(path: string): TarEntry {
  const line = ` path=${path}\n`
  let length = Buffer.byteLength(line) + 1
  while (String(length).length + Buffer.byteLength(line) !== length) length++
  return { path: 'PaxHeader/x', type: 'x', content: `${length}${line}` }
}

function toBlocks({ path, type = '0', content = '', mode = 0o644, link = '', size }: TarEntry): Buffer {
  const body = typeof content === 'string' ? Buffer.from(content) : content
  const header = Buffer.alloc(512)
  header.write(path, 0, 100)
  header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(link, 157, 100)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
