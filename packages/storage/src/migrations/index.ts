import type { Migration } from 'kysely/migration'
import { ledger } from './0001-ledger.ts'
import { clientKeys } from './0002-client-keys.ts'
import { conversations } from './0003-conversations.ts'
import { idempotentReplies } from './0004-idempotent-replies.ts'

/** In the order of their names. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-ledger': ledger,
  '0002-client-keys': clientKeys,
  '0003-conversations': conversations,
  '0004-idempotent-replies': idempotentReplies
}
