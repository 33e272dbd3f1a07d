import { StorageError } from '../error.ts'

const mostCharacters = 200

/** PostgreSQL keeps no NUL, and an index no text of any length. */
export function checkName(name: string): string {
  if (name !== '' && name.length <= mostCharacters && !name.includes('\0')) return name
  throw new StorageError('usage', 'A key cannot have this name.', `Use a name of 1 to ${mostCharacters} characters, without NUL.`)
}
