import type { AssistantMessage, Message, ToolMessage } from '@resoftai/sdk'
import { encodeContent, type EncodedContent, type Warn } from './content.ts'

/** An item of `additional_messages`. */
export interface EnterMessage extends EncodedContent {
  readonly role: 'user' | 'assistant'
  readonly type: 'question' | 'answer'
}

export interface EncodeMessages {
  /** Put before the text of the last question. */
  readonly lead: string
  /** Names of tools by the id of their call. */
  readonly toolNames: ReadonlyMap<string, string>
  readonly warn: Warn
}

/** All but system messages, which Coze does not have. Calls of tools are told in words: with a kept history it takes no others (WIRE.md 8.2). */
export function encodeMessages(messages: readonly Message[], { lead, toolNames, warn }: EncodeMessages): readonly EnterMessage[] {
  const last = messages.findLastIndex(isQuestion)
  return messages.flatMap((message, index): readonly EnterMessage[] => {
    const here = { lead: index === last ? lead : '', isQuestion: index === last, warn }
    switch (message.role) {
      case 'system':
        return []
      case 'assistant':
        return encodeAnswer(message, warn)
      case 'user':
        if (message.name !== undefined) warn('Coze takes no `name` of a message; it was left out.')
        return [{ role: 'user', type: 'question', ...encodeContent(message.content, here) }]
      case 'tool': {
        warn(toolsInWords)
        const title = resultTitle(message, toolNames)
        return [{ role: 'user', type: 'question', ...encodeContent(message.content, { ...here, lead: joinTexts(here.lead, title) }) }]
      }
    }
  })
}

/** What Coze answers to. */
export function isQuestion({ role }: Message): boolean {
  return role === 'user' || role === 'tool'
}

export function toolNamesOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  return new Map(
    messages.flatMap(message => (message.role === 'assistant' ? (message.toolCalls ?? []).map(({ id, name }) => [id, name]) : []))
  )
}

export function joinTexts(...texts: readonly string[]): string {
  return texts.filter(text => text.trim() !== '').join('\n\n')
}

const toolsInWords = 'Calls of tools that this bot did not make itself were told to it in words: Coze takes no others.'

function encodeAnswer({ content, toolCalls = [] }: AssistantMessage, warn: Warn): readonly EnterMessage[] {
  if (toolCalls.length > 0) warn(toolsInWords)
  const text = joinTexts(content, ...toolCalls.map(call => `[I call the tool ${call.name} with ${call.arguments}]`))
  return text === '' ? [] : [{ role: 'assistant', type: 'answer', content: text, content_type: 'text' }]
}

function resultTitle({ toolCallId, name = '' }: ToolMessage, names: ReadonlyMap<string, string>): string {
  return `[Result of the tool ${name || (names.get(toolCallId) ?? toolCallId)}]`
}
