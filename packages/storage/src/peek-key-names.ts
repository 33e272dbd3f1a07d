import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
// Not by the door of its folder: who types does not wait for the query builder.
import { loadSqlite } from './sqlite/load.ts'
import { parseStorageUrl } from './url.ts'

const mostWaitMs = 100

/**
 * Names of the keys that are not revoked, for shell completion. A SQLite file is only read, and none is made; a server is not asked, and has no
 * names. Throws what SQLite says.
 */
export function peekKeyNames(url: string): readonly string[] {
  const place = parseStorageUrl(url)
  if (place.database !== 'sqlite') return []
  const address = pathToFileURL(place.file)
  // Where nobody has it open, a reader would make the two files beside it and leave them there.
  if (!existsSync(`${place.file}-wal`)) address.searchParams.set('immutable', '1')
  const database = new (loadSqlite().DatabaseSync)(address, { readOnly: true, timeout: mostWaitMs })
  try {
    const rows = database.prepare('select name from client_keys where revoked_at is null order by name').all()
    return rows.map(({ name }) => String(name))
  } finally {
    database.close()
  }
}
