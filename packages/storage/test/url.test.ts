import { inspect } from 'node:util'
import { expect, test } from '@jest/globals'
import { isStorageError, openLedgerStore } from '../src/index.ts'
import { failure } from './samples.ts'

test.each([
  '',
  'ledger.db',
  'mysql://root:secret@host/db',
  'sqlite:',
  'sqlite://ledger.db',
  'sqlite:folder/',
  'sqlite:~/ledger.db',
  'sqlite:ledger.db?mode=ro',
  'postgres:',
  'postgres://user:secret@ho st/db',
  'postgres://user:se%cret@host/db',
  'postgresql://user:secret@host:70000/db'
])('%j is refused with what is possible, and without a password', async url => {
  const error = await failure(openLedgerStore(url))
  expect(isStorageError(error)).toBe(true)
  expect(error).toMatchObject({ kind: 'usage', hint: expect.stringContaining('sqlite::memory:') })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/se%?cret/)
})
