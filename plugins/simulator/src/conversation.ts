import type { ChatRequest, Content, ToolCall, ToolMessage } from '@resoftai/sdk'

/** What the simulator looks at in a conversation. */
export interface Turn {
  /** The last user message. */
  readonly question: string
  /** Tool calls made since then, and their results. */
  readonly calls: readonly ToolCall[]
  readonly results: readonly ToolMessage[]
  /** Tool calls of the whole conversation, to number the next ones. */
  readonly callCount: number
}

export function readTurn({ messages }: ChatRequest): Turn {
  const start = messages.findLastIndex(message => message.role === 'user')
  const asked = messages[start]
  const recent = messages.slice(start + 1)
  return {
    question: asked?.role === 'user' ? textOf(asked.content) : '',
    calls: recent.flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []) : [])),
    results: recent.filter(message => message.role === 'tool'),
    callCount: messages.reduce((count, message) => count + (message.role === 'assistant' ? (message.toolCalls?.length ?? 0) : 0), 0)
  }
}

/** The text of a content; other parts count as nothing. */
export function textOf(content: Content): string {
  return typeof content === 'string' ? content : content.map(part => (part.type === 'text' ? part.text : '')).join('')
}
