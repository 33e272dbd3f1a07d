export { createConversationStore } from './store.ts'
export type { Conversation, ConversationStore, StoredMessage } from './types.ts'
