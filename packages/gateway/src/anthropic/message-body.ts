import { isObject, type ChatReply, type JsonObject, type ToolCall } from '@resoftai/sdk'
import { carry } from './carried-data.ts'
import { writeCitation } from './citation.ts'
import type { MessageHead } from './message-head.ts'
import { stopReason } from './stop-reason.ts'
import { writeUsage } from './usage.ts'

/** A whole reply as a message of this API. */
export function messageBody(reply: ChatReply, { id, model }: MessageHead): Readonly<Record<string, unknown>> {
  const { toolCalls, finishReason, rawFinishReason, usage, message } = reply
  const { anthropic, ...others } = message.providerData ?? {}
  const own = readOwnBlocks(anthropic, reply)
  const rest = own === undefined && anthropic !== undefined ? { anthropic, ...others } : others
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [...(own ?? writeBlocks(reply)), ...(Object.keys(rest).length > 0 ? [carry(rest)] : [])],
    stop_reason: stopReason(finishReason, rawFinishReason, toolCalls.length > 0),
    stop_sequence: null,
    usage: writeUsage(usage)
  }
}

/** The blocks as the vendor sent them, where it was Anthropic and they say what the reply says. */
function readOwnBlocks(data: unknown, { content, toolCalls }: ChatReply): readonly JsonObject[] | undefined {
  if (!isObject(data) || !Array.isArray(data.content) || !data.content.every(isObject)) return undefined
  const text = data.content.map(block => (block.type === 'text' ? block.text : '')).join('')
  const ids = data.content.flatMap(block => (block.type === 'tool_use' ? [block.id] : []))
  const isSame = text === content && ids.length === toolCalls.length && ids.every((id, place) => id === toolCalls[place]?.id)
  return isSame ? data.content : undefined
}

function writeBlocks({ content, reasoning, toolCalls, citations }: ChatReply): readonly JsonObject[] {
  const hasText = content !== '' || citations.length > 0
  return [
    ...(reasoning === '' ? [] : [{ type: 'thinking', thinking: reasoning, signature: '' }]),
    ...(hasText ? [{ type: 'text', text: content, ...(citations.length > 0 && { citations: citations.map(writeCitation) }) }] : []),
    ...toolCalls.map(writeCall)
  ]
}

function writeCall({ id, name, arguments: text }: ToolCall): JsonObject {
  return { type: 'tool_use', id, name, input: readInput(text) }
}

/** Arguments that are no JSON object are put into one, so that whoever runs the tool sees what the model wrote. */
function readInput(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : { value }
  } catch {
    return { value: text }
  }
}
