import {
  isObject,
  type AssistantMessage,
  type ContentPart,
  type Message,
  type ToolCall,
  type ToolMessage,
  type UserMessage
} from '@resoftai/sdk'
import { encodeContent, splitToolResult, type FileStyle } from './content.ts'
import { tellCallsSingly } from './legacy-functions.ts'

interface MessageStyle {
  readonly systemRole: 'system' | 'developer' | 'user'
  /** Whether users may have names. */
  readonly names: boolean
  readonly toolStyle: 'tools' | 'functions'
  readonly fileStyle: FileStyle
  readonly replay: readonly string[]
}

export function encodeMessages(messages: readonly Message[], style: MessageStyle, warn: (warning: string) => void): unknown[] {
  const encoded: unknown[] = []
  let attachments: ContentPart[] = []
  // Ids may repeat from turn to turn: the latest call of an id is the one a result belongs to.
  const called = new Map<string, string>()
  for (const message of style.toolStyle === 'functions' ? tellCallsSingly(messages) : messages) {
    if (message.role !== 'tool' && attachments.length > 0) {
      encoded.push(attachmentMessage(attachments, style.fileStyle))
      attachments = []
    }
    switch (message.role) {
      case 'system':
        encoded.push({ role: style.systemRole, content: message.content })
        break
      case 'user':
        encoded.push(encodeUser(message, style, warn))
        break
      case 'assistant':
        for (const call of message.toolCalls ?? []) called.set(call.id, call.name)
        encoded.push(encodeAssistant(message, style))
        break
      case 'tool': {
        const result = splitToolResult(message.content)
        encoded.push(encodeToolResult(message, result.text, style.toolStyle, called.get(message.toolCallId)))
        attachments.push(...result.attachments)
        if (result.attachments.length > 0) warn('Images and files in tool results are sent in a user message behind them.')
        break
      }
    }
  }
  if (attachments.length > 0) encoded.push(attachmentMessage(attachments, style.fileStyle))
  return encoded
}

function encodeUser({ content, name }: UserMessage, { names, fileStyle }: MessageStyle, warn: (warning: string) => void): unknown {
  if (name !== undefined && !names) warn('This service does not support `name` of messages; it was left out.')
  return { role: 'user', content: encodeContent(content, fileStyle), ...(name !== undefined && names && { name }) }
}

function encodeAssistant(message: AssistantMessage, { replay, toolStyle }: MessageStyle): unknown {
  const { content, reasoning, toolCalls = [], providerData = {} } = message
  const details = providerData.reasoning_details
  const extra = replay.includes('extra_content') && isObject(providerData.extra_content) ? providerData.extra_content : {}
  const hasCalls = toolCalls.length > 0
  return {
    role: 'assistant',
    content: content === '' && hasCalls ? null : content,
    // DeepSeek wants the field with every message that has calls, even empty.
    ...(replay.includes('reasoning_content') && (hasCalls || reasoning !== undefined) && { reasoning_content: reasoning ?? '' }),
    ...(replay.includes('reasoning_details') && Array.isArray(details) && { reasoning_details: details }),
    ...(hasCalls && toolStyle === 'tools' && { tool_calls: toolCalls.map((call, position) => encodeCall(call, extra[position])) }),
    ...(hasCalls && toolStyle === 'functions' && { function_call: encodeFunction(toolCalls[0] as ToolCall) })
  }
}

function encodeCall(call: ToolCall, extra: unknown): unknown {
  return { id: call.id, type: 'function', function: encodeFunction(call), ...(extra !== undefined && { extra_content: extra }) }
}

function encodeFunction({ name, arguments: text }: ToolCall): unknown {
  return { name, arguments: text }
}

function encodeToolResult(
  { toolCallId, name }: ToolMessage,
  text: string,
  toolStyle: MessageStyle['toolStyle'],
  called: string | undefined
): unknown {
  if (toolStyle === 'tools') return { role: 'tool', tool_call_id: toolCallId, content: text }
  return { role: 'function', name: name ?? called ?? toolCallId, content: text }
}

function attachmentMessage(parts: readonly ContentPart[], files: FileStyle): unknown {
  const intro: ContentPart = { type: 'text', text: 'What the tools returned besides text:' }
  return { role: 'user', content: encodeContent([intro, ...parts], files) }
}
