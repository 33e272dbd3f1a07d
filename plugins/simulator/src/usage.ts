import type { ChatRequest, Message, Usage } from '@resoftai/sdk'
import type { Composition } from './compose.ts'
import { textOf } from './conversation.ts'

const encoder = new TextEncoder()

/** The simulator's tokens: one for every four bytes of UTF-8, rounded up. */
export function countTokens(text: string): number {
  return Math.ceil(encoder.encode(text).length / 4)
}

/** Input: the texts and tool calls of all messages, and the tools. Output: text, reasoning and tool calls. */
export function countUsage(request: ChatRequest, reply: Composition): Usage {
  const tools = request.tools === undefined || request.tools.length === 0 ? 0 : countTokens(JSON.stringify(request.tools))
  const inputTokens = request.messages.reduce((sum, message) => sum + countTokens(spoken(message)), tools)
  const reasoningTokens = countTokens(reply.reasoning)
  const outputTokens = reasoningTokens + countTokens(reply.text + called(reply.toolCalls))
  return { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens, ...(reasoningTokens > 0 && { reasoningTokens }) }
}

function spoken(message: Message): string {
  return textOf(message.content) + (message.role === 'assistant' ? called(message.toolCalls ?? []) : '')
}

function called(calls: Composition['toolCalls']): string {
  return calls.map(call => call.name + call.arguments).join('')
}
