import type { Database } from '../database.ts'
import { createGate } from '../gate.ts'
import { toMs } from '../numbers.ts'
import { changeKey } from './change.ts'
import { createKey } from './create.ts'
import { findKey, listKeys } from './find.ts'
import { changedColumns } from './key-row.ts'
import { rotateKey } from './rotate.ts'
import { createTouch } from './touch.ts'
import type { KeyStore } from './types.ts'

export function createKeyStore(database: Database): { readonly store: KeyStore; readonly close: () => void } {
  const { pass, close } = createGate(database, 'The store of keys is closed.')
  const touch = createTouch(database)
  const store: KeyStore = {
    create: key => pass(() => createKey(database, key)),
    list: () => pass(() => listKeys(database)),
    find: digest => pass(() => findKey(database, digest)),
    rotate: (name, secret) => pass(() => rotateKey(database, name, secret)),
    revoke: (name, at) => pass(async () => changeKey(database, name, { revoked_at: toMs('at', at) })),
    update: (name, changes) => pass(async () => changeKey(database, name, changedColumns(changes))),
    touch: (id, at) => pass(() => touch(id, at))
  }
  return { store, close }
}
