import { resolve } from 'node:path'
import { StorageError } from './error.ts'

export type StorageUrl =
  | { readonly database: 'sqlite'; readonly file: string }
  /** `shown` has neither user nor password. */
  | { readonly database: 'postgres'; readonly url: string; readonly shown: string }

const possible = 'Write sqlite:./file.db, sqlite:/folder/file.db, sqlite::memory: or postgres://user:password@host:5432/database.'

/** Never repeats what it cannot read: there may be a password in it. */
export function parseStorageUrl(url: string): StorageUrl {
  if (url.startsWith('sqlite:')) return { database: 'sqlite', file: sqliteFile(url.slice('sqlite:'.length)) }
  if (/^postgres(ql)?:\/\//i.test(url)) return { database: 'postgres', url, shown: shownPlace(url) }
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0]
  throw new StorageError(
    'usage',
    scheme === undefined ? 'This is not the URL of a database.' : `The ledger cannot be kept in a database of "${scheme}:".`,
    possible
  )
}

function sqliteFile(path: string): string {
  if (path === ':memory:') return path
  if (path === '' || path.endsWith('/') || /^(\/\/(?!\/)|~|:)|[?\0]/.test(path)) {
    throw new StorageError('usage', `"sqlite:${path}" names no file.`, possible)
  }
  return resolve(path)
}

function shownPlace(url: string): string {
  if (!URL.canParse(url) || /%(?![0-9a-f]{2})/i.test(url)) {
    const hint = `${possible} A character like @, #, / or % in a password is written as %40, %23, %2F or %25.`
    throw new StorageError('usage', 'The URL of the PostgreSQL database cannot be read.', hint)
  }
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
