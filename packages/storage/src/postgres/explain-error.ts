import { isStorageError, StorageError, type StorageErrorKind } from '../error.ts'

type Explanation = readonly [kind: StorageErrorKind, what: string, hint: string]

const busy: Explanation = [
  'busy',
  'did not get to it in time',
  'Try again; if it stays so, see what its sessions wait for (pg_stat_activity).'
]
const notLetIn: Explanation = ['usage', 'did not let this user in', 'Check the user and the password in the URL.']
const tooLarge: Explanation = ['usage', 'cannot keep or add up so large a number', 'Amounts and sums go up to 9000000000000000000 nanos.']
const unreachable: Explanation = ['unreachable', 'cannot be reached', 'Check that the server runs, and the host and port in the URL.']

/** By SQLSTATE, or its class (postgresql.org/docs/current/errcodes-appendix.html). */
const byState: Readonly<Record<string, Explanation>> = {
  '08': unreachable,
  '22003': tooLarge,
  '23502': ['usage', 'did not take a value that is missing', 'Give every field.'],
  '23505': ['usage', 'has a hold of this id already', 'Give every hold an id of its own, and name an account in it once.'],
  '23514': tooLarge,
  '25006': ['read_only', 'does not allow writing', 'Use the primary server, not a replica.'],
  '28': notLetIn,
  '3D': ['usage', 'does not have this database', 'Create it (createdb), or correct the name in the URL.'],
  '3F': ['usage', 'has no schema to put the tables in', 'Create one, or correct the search_path.'],
  '40': busy,
  '42501': ['usage', 'does not allow this user to use the tables', 'Grant the user what it needs, or use another.'],
  '42P07': [
    'usage',
    'has a table of that name already, which is not ours',
    'Use a database of its own, or a schema (options=-c search_path=…).'
  ],
  '53': ['busy', 'is overloaded', 'Try again, or allow it more connections or memory.'],
  '53100': ['full', 'has no room left on its disk', 'Make room on the disk of the server, or remove old records.'],
  '55P03': busy,
  '57014': busy,
  '57P': unreachable,
  '58030': ['full', 'cannot write to its disk', 'Check the disk of the server.']
}

/** Errors without a severity are not the server's own: mostly those of the connection, and some of these have no code. */
const ofConnection = /connect|terminated|timeout|closed|SSL/i

export function explainPostgresError(error: unknown, shown: string): StorageError {
  if (isStorageError(error)) return error
  const { code, severity, message } = error as { code?: string; severity?: string; message: string }
  const explanation = severity === undefined ? explainConnection(code, message) : explainState(code ?? '')
  const detail = code ?? message
  if (explanation === undefined) {
    return new StorageError('broken', `PostgreSQL at ${shown} failed: ${message} (${detail}).`, 'See the log of the server.', error)
  }
  const [kind, what, hint] = explanation
  return new StorageError(kind, `PostgreSQL at ${shown} ${what} (${detail}).`, hint, error)
}

function explainState(code: string): Explanation | undefined {
  return byState[code] ?? byState[code.slice(0, 3)] ?? byState[code.slice(0, 2)]
}

function explainConnection(code: string | undefined, message: string): Explanation | undefined {
  if (message.startsWith('SASL')) return notLetIn
  const isOurs = code === undefined ? !ofConnection.test(message) : /^ERR_(?!TLS|SSL)/.test(code)
  return isOurs ? undefined : unreachable
}
