import type { Message } from '@resoftai/sdk'
import { findEarlier } from './earlier-reply.ts'
import type { Warn } from './content.ts'
import { encodeToolOutputs, type ToolOutput } from './tool-outputs.ts'

/** What is to be sent of a conversation. */
export type Turn =
  /** A chat waits, and these are the answers. */
  | { readonly kind: 'outputs'; readonly conversation: string; readonly chat: string; readonly outputs: readonly ToolOutput[] }
  /** `messages` are those that the conversation does not have yet. */
  | { readonly kind: 'question'; readonly conversation: string | undefined; readonly messages: readonly Message[] }

export interface TurnOptions {
  readonly bot: string
  /** The conversation that the caller names. */
  readonly asked: string | undefined
  /** Whether Coze keeps what is said in a conversation. */
  readonly isKept: boolean
  readonly warn: Warn
}

/** A conversation goes on by the id that the bot's last reply left in it. */
export function readTurn(messages: readonly Message[], { bot, asked, isKept, warn }: TurnOptions): Turn {
  const earlier = findEarlier(messages, data => data.bot_id === bot && (asked === undefined || data.conversation_id === asked))
  const { waiting = [], conversation_id: conversation, chat_id: chat } = earlier?.data ?? {}
  if (earlier === undefined || conversation === undefined || chat === undefined) return begin(messages, asked, isKept, warn)

  const outputs = earlier.rest.some(isReply) ? undefined : encodeToolOutputs(waiting, earlier.rest, warn)
  if (outputs !== undefined) return { kind: 'outputs', conversation, chat, outputs }
  if (waiting.length > 0 && asked === undefined) {
    warn('The bot waits for results of tools that it does not get: a new conversation was begun.')
    return { kind: 'question', conversation: undefined, messages }
  }
  return isKept ? { kind: 'question', conversation, messages: earlier.rest } : begin(messages, asked, isKept, warn)
}

function begin(messages: readonly Message[], asked: string | undefined, isKept: boolean, warn: Warn): Turn {
  const start = asked !== undefined && isKept ? messages.findLastIndex(isReply) + 1 : 0
  if (start > 0) warn(`Only the newest messages were sent: the conversation ${asked} is taken to have the others.`)
  return { kind: 'question', conversation: asked, messages: messages.slice(start) }
}

function isReply({ role }: Message): boolean {
  return role === 'assistant'
}
