export { createReplyStore } from './store.ts'
export type { BegunReply, KeptReply, ReplyStore } from './types.ts'
