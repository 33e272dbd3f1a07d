export type { Conversation, ConversationStore, StoredMessage } from './conversations/index.ts'
export { isStorageError, StorageError, type StorageErrorKind } from './error.ts'
export type { ClientKey, KeyBudget, KeyChanges, KeyStore, NewClientKey, NewSecret } from './keys/index.ts'
export { openLedgerStore, openStorage } from './open.ts'
export { peekKeyNames } from './peek-key-names.ts'
export type { BegunReply, KeptReply, ReplyStore } from './replies/index.ts'
export type { Storage } from './storage.ts'
export type {
  AccountName,
  Balance,
  CallRecord,
  CallStatus,
  Hold,
  LedgerStore,
  RateUsed,
  RecordFilter,
  Reserved,
  Settlement,
  Totals,
  TotalsBy
} from './types.ts'
