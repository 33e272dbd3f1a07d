import { isStorageError, StorageError, type StorageErrorKind } from '../error.ts'

type Explanation = readonly [kind: StorageErrorKind, message: (place: string) => string, hint: string]

const freeSpace = 'Make room on the disk, or remove old records.'

const readOnly: Explanation = [
  'read_only',
  place => `${place} cannot be written.`,
  'Make the file and its folder writable for this user, or name another file.'
]
const full: Explanation = ['full', place => `There is no room left to write ${place}.`, freeSpace]
const noFile: Explanation = ['usage', place => `${place} is no file.`, 'Name a file in a folder.']
const tooLarge: Explanation = [
  'usage',
  place => `${place} cannot keep or add up so large a number.`,
  'Amounts and sums go up to 9000000000000000000 nanos.'
]

/** By SQLite's primary result code (sqlite.org/rescode.html). */
const byResult: Readonly<Record<number, Explanation>> = {
  5: ['busy', place => `${place} is locked by another process.`, 'Try again; if it stays so, find the process that holds it open.'],
  6: ['busy', place => `${place} is locked.`, 'Try again.'],
  8: readOnly,
  11: ['broken', place => `${place} is damaged.`, 'Restore it from a backup, or name another file.'],
  13: full,
  14: readOnly,
  26: ['broken', place => `${place} is not a SQLite database.`, 'Name another file.']
}

/** Extended codes that mean something else than their primary one. */
const byExtendedResult: Readonly<Record<number, Explanation>> = {
  275: tooLarge,
  // A write failed: mostly the disk is full, or a limit for the size of a file is reached.
  778: full,
  // The file beside it that processes share could not grow.
  4874: full,
  1299: ['usage', place => `${place} did not take a value that is missing.`, 'Give every field.'],
  1555: ['usage', place => `${place} has a hold of this id already.`, 'Give every hold an id of its own, and name an account in it once.']
}

const bySystemError: Readonly<Record<string, Explanation>> = {
  EACCES: readOnly,
  EPERM: readOnly,
  EROFS: readOnly,
  ENOSPC: full,
  EDQUOT: full,
  ENOENT: ['usage', place => `The folder of ${place} cannot be made.`, 'Name a file in a folder where files can be made.'],
  EISDIR: noFile,
  ENOTDIR: noFile,
  EEXIST: noFile
}

/** What has no code of its own. */
const byMessage: readonly (readonly [pattern: RegExp, Explanation])[] = [
  [/^integer overflow/, tooLarge],
  [/already exists/, ['usage', place => `${place} has a table of that name already, which is not ours.`, 'Name another file.']]
]

export function explainSqliteError(error: unknown, file: string): StorageError {
  if (isStorageError(error)) return error
  const { errcode = 0, code = '', message = '' } = error as { errcode?: number; code?: string; message?: string }
  const place = file === ':memory:' ? 'The database in memory' : file
  const explanation =
    byExtendedResult[errcode] ?? byResult[errcode % 256] ?? bySystemError[code] ?? byMessage.find(([pattern]) => pattern.test(message))?.[1]
  if (explanation === undefined) {
    return new StorageError('broken', `${place} could not be used: ${message}.`, 'Check the disk and the file.', error)
  }
  const [kind, say, hint] = explanation
  return new StorageError(kind, say(place), hint, error)
}
