import { StorageError } from '../error.ts'

const mostCharacters = 200
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function checkId(id: string): string {
  if (uuid.test(id)) return id
  throw new StorageError('usage', 'A conversation cannot have this id.', 'Use a random UUID.')
}

/** An owner or a turn. PostgreSQL keeps no NUL, and an index no text of any length. */
export function checkName(name: string): string {
  if (name !== '') return checkTitle(name)
  throw new StorageError('usage', 'An owner or a turn needs a name.', 'Give it its id.')
}

export function checkTitle(title: string): string {
  if (title.length <= mostCharacters && !title.includes('\0')) return title
  throw new StorageError('usage', 'A conversation cannot keep this text.', `Use up to ${mostCharacters} characters, without NUL.`)
}

/** What to look for: no id, owner or turn that is kept has NUL, which PostgreSQL refuses even here, or is empty. */
export function soughtText(text: string): string {
  return text.includes('\0') ? '' : text
}
