import type { AssistantMessage, Message, ToolMessage, UserMessage } from '@resoftai/sdk'
import { encodeAssistant } from './assistant-blocks.ts'
import type { Block, Warn } from './content.ts'
import { OpenCalls, ToolIds } from './tool-ids.ts'
import { encodeUserTurn } from './user-blocks.ts'

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Block[]
}

/** Turns that alternate, each tool call with its result in the next one: all else is refused (WIRE.md 9.2). */
export function encodeConversation(messages: readonly Message[], warn: Warn): readonly Turn[] {
  const ids = new ToolIds()
  const turns: Turn[] = []
  let open = new OpenCalls()
  for (const group of groupBySpeaker(messages, warn)) {
    if (group.role === 'user') append(turns, 'user', encodeUserTurn(group.messages, open, warn))
    open = new OpenCalls()
    if (group.role === 'assistant') append(turns, 'assistant', encodeAssistantTurn(group.messages, ids, open, warn))
  }
  append(turns, 'user', encodeUserTurn([], open, warn))
  return trimEnd(turns)
}

/** True when the last turn answers calls that the model made without signed thinking: another provider made them. */
export function continuesWithoutThinking(turns: readonly Turn[]): boolean {
  const [asked, answered] = turns.slice(-2)
  if (answered?.content[0]?.type !== 'tool_result') return false
  const begin = asked?.content[0]?.type
  return begin !== 'thinking' && begin !== 'redacted_thinking'
}

type Group =
  | { readonly role: 'assistant'; readonly messages: AssistantMessage[] }
  | { readonly role: 'user'; readonly messages: (UserMessage | ToolMessage)[] }

/** Without system messages, which have a place of their own. */
function groupBySpeaker(messages: readonly Message[], warn: Warn): readonly Group[] {
  const groups: Group[] = []
  for (const message of messages) {
    const last = groups.at(-1)
    if (message.role === 'system') {
      if (last !== undefined) warn('A system message in the middle of the conversation was put at its beginning.')
    } else if (message.role === 'assistant') {
      if (last?.role === 'assistant') last.messages.push(message)
      else groups.push({ role: 'assistant', messages: [message] })
    } else if (last?.role === 'user') last.messages.push(message)
    else groups.push({ role: 'user', messages: [message] })
  }
  return groups
}

function encodeAssistantTurn(messages: readonly AssistantMessage[], ids: ToolIds, open: OpenCalls, warn: Warn): Block[] {
  return messages.flatMap(message => encodeAssistant(message, ids, open, warn))
}

/** A turn without content vanishes, and its neighbours become one. */
function append(turns: Turn[], role: Turn['role'], content: readonly Block[]): void {
  const last = turns.at(-1)
  if (content.length === 0) return
  if (last?.role === role) turns[turns.length - 1] = { role, content: [...last.content, ...content] }
  else turns.push({ role, content })
}

/** A text of the model that is to be continued must not end with blanks. */
function trimEnd(turns: readonly Turn[]): readonly Turn[] {
  const last = turns.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== 'assistant' || block?.type !== 'text') return turns
  const trimmed = { ...block, text: String(block.text).trimEnd() }
  return [...turns.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), trimmed] }]
}
