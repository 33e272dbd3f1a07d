import type { ConversationStore } from './conversations/index.ts'
import type { KeyStore } from './keys/index.ts'
import type { ReplyStore } from './replies/index.ts'
import type { LedgerStore } from './types.ts'

/** All that one database keeps, over one connection or pool. */
export interface Storage {
  /** Closing it leaves the rest open. */
  readonly ledger: LedgerStore
  readonly keys: KeyStore
  readonly conversations: ConversationStore
  readonly replies: ReplyStore
  /** Closes all of it. */
  readonly close: () => Promise<void>
}
