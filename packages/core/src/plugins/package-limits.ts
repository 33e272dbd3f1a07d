import { HostError } from '../error.ts'

const mostFiles = 10_000
const mostBytes = 256 * 1024 * 1024
const mostDepth = 32
const mostPathBytes = 1_000

/** Counts what goes into a package and judges each name. Throws `HostError` `integrity` at the first that is not allowed. */
export interface PackageLimits {
  /** A file; `path` is relative, with `/`. */
  addFile(path: string): void
  addBytes(count: number): void
}

export function packageLimits(source: string): PackageLimits {
  const refuse = (reason: string): never => {
    throw refused(source, reason)
  }
  /** By the form in which file systems may confuse names: the spelling, and whether it is a file. */
  const seen = new Map<string, { readonly path: string; readonly isFile: boolean }>()
  let files = 0
  let bytes = 0

  const claim = (path: string, isFile: boolean) => {
    const key = path.normalize('NFKC').toLowerCase()
    const other = seen.get(key)
    if (other === undefined) seen.set(key, { path, isFile })
    else if (other.path !== path || other.isFile || isFile) {
      refuse(`${quotePath(path)} and ${quotePath(other.path)} have the same name, for some systems at least`)
    }
  }

  return {
    addFile(path) {
      const reason = judgePath(path)
      if (reason !== undefined) refuse(`the path ${quotePath(path)} ${reason}`)
      if (++files > mostFiles) refuse(`it has more than ${mostFiles} files`)
      const parts = path.split('/')
      for (let length = 1; length < parts.length; length++) claim(parts.slice(0, length).join('/'), false)
      claim(path, true)
    },
    addBytes(count) {
      bytes += count
      if (bytes > mostBytes) refuse(`it is larger than ${mostBytes / 1024 / 1024} MB unpacked`)
    }
  }
}

/** The error for a package that nobody should have made. */
export function refused(source: string, reason: string): HostError {
  return new HostError('integrity', `${source} was refused: ${reason}.`, { hint: 'Nothing was installed. Tell the author of the plugin.' })
}

/** Why a path could reach outside of its folder, or mean something else on another system. */
function judgePath(path: string): string | undefined {
  const parts = path.split('/')
  if (Buffer.byteLength(path) > mostPathBytes || parts.some(part => Buffer.byteLength(part) > 255)) return 'is too long'
  if (parts.length > mostDepth) return 'is too deep'
  if (/[\\:\p{Cc}]/u.test(path)) return 'holds a backslash, a colon or a control character'
  if (parts.some(part => part === '' || part === '.' || part === '..')) return 'is not a plain relative path'
  return parts.some(part => /[. ]$/.test(part)) ? 'has a name that ends with a dot or a space' : undefined
}

export function quotePath(path: string): string {
  return JSON.stringify(path.length > 100 ? `${path.slice(0, 99)}…` : path)
}
