import type { Message, Usage } from '@resoftai/sdk'
import type { Conversation, StoredMessage } from '@resoftai/storage'
import { writeCost } from '../openai/index.ts'
import type { TurnAnswer } from './answer-turn.ts'

type Document = Readonly<Record<string, unknown>>

export function conversationDocument({ id, title, createdAt, updatedAt, messages }: Conversation): Document {
  return { id, title, created_at: timeOf(createdAt), updated_at: timeOf(updatedAt), message_count: messages }
}

/** Without what only the vendor can read. */
export function messageDocument({ at, message, turn }: StoredMessage): Document {
  return { ...saidDocument(message as Message), turn, at: timeOf(at) }
}

function saidDocument(message: Message): Document {
  const { role, content } = message
  if (role === 'tool') {
    const { toolCallId, name, isError } = message
    return { role, content, tool_call_id: toolCallId, ...(name !== undefined && { name }), ...(isError === true && { is_error: true }) }
  }
  if (role !== 'assistant') return { role, content }
  const { reasoning, toolCalls } = message
  return { role, content, ...(reasoning !== undefined && { reasoning }), ...(toolCalls !== undefined && { tool_calls: toolCalls }) }
}

/** Of `POST /api/chat`; the stream tells the same in two events. */
export function answerDocument(answer: TurnAnswer): Document {
  return { ...answerMessage(answer), ...answerEnd(answer) }
}

export function answerMessage({ conversation, result: { content, reasoning } }: TurnAnswer): Document {
  return { conversation_id: conversation, message: { role: 'assistant', content, ...(reasoning !== '' && { reasoning }) } }
}

export function answerEnd({ result: { model, usage, cost, stopReason }, warnings, attempts }: TurnAnswer): Document {
  return {
    provider: attempts.at(-1)?.provider,
    model,
    stop_reason: stopReason,
    usage: usageDocument(usage),
    cost: writeCost(cost),
    warnings
  }
}

/** What is not known is absent, never 0. */
function usageDocument(usage: Usage): Document {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, cacheWriteTokens, reasoningTokens, estimated } = usage
  const named = {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: totalTokens,
    cached_tokens: cachedTokens,
    cache_write_tokens: cacheWriteTokens,
    reasoning_tokens: reasoningTokens,
    estimated
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
