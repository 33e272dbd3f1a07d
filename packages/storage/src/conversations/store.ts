import type { Database } from '../database.ts'
import { createGate } from '../gate.ts'
import { beginTurn } from './begin-turn.ts'
import { createConversation } from './create.ts'
import { endTurn } from './end-turn.ts'
import { findConversation } from './find.ts'
import { listConversations } from './list.ts'
import { pruneConversations } from './prune.ts'
import { readMessages } from './read.ts'
import { removeConversation } from './remove.ts'
import { renameConversation } from './rename.ts'
import { renewTurn } from './renew-turn.ts'
import type { ConversationStore } from './types.ts'

export function createConversationStore(database: Database): { readonly store: ConversationStore; readonly close: () => void } {
  const { check, pass, close } = createGate(database, 'The store of conversations is closed.')
  const store: ConversationStore = {
    create: conversation => pass(() => createConversation(database, conversation)),
    find: (id, owner) => pass(() => findConversation(database, id, owner)),
    list: (owner, page) => pass(() => listConversations(database, owner, page)),
    async *read(id, owner) {
      check()
      try {
        yield* readMessages(database, id, owner)
      } catch (error) {
        throw database.explain(error)
      }
    },
    rename: (id, owner, title) => pass(() => renameConversation(database, id, owner, title)),
    remove: (id, owner) => pass(() => removeConversation(database, id, owner)),
    beginTurn: (id, owner, turn) => pass(() => beginTurn(database, id, owner, turn)),
    renewTurn: (id, turn, leaseMs) => pass(() => renewTurn(database, id, turn, leaseMs)),
    endTurn: (id, turn, messages) => pass(() => endTurn(database, id, turn, messages)),
    prune: before => pass(() => pruneConversations(database, before))
  }
  return { store, close }
}
