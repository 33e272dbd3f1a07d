import type { Message, ToolMessage } from '@resoftai/sdk'

/** The older form knows one call a message: several are told one after the other, each followed by its result. */
export function tellCallsSingly(messages: readonly Message[]): readonly Message[] {
  const told: Message[] = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at] as Message
    if (message.role !== 'assistant' || message.toolCalls === undefined || message.toolCalls.length < 2) {
      told.push(message)
      continue
    }
    const results = resultsBehind(messages, at)
    for (const [position, call] of message.toolCalls.entries()) {
      told.push({ ...message, content: position === 0 ? message.content : '', toolCalls: [call] })
      told.push(...results.filter(result => result.toolCallId === call.id))
    }
    at += results.length
  }
  return told
}

function resultsBehind(messages: readonly Message[], at: number): readonly ToolMessage[] {
  const results: ToolMessage[] = []
  for (let next = at + 1; messages[next]?.role === 'tool'; next++) results.push(messages[next] as ToolMessage)
  return results
}
