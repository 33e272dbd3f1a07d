import { isObject, type AssistantMessage, type JsonObject, type Message, type ToolCall, type ToolMessage } from '@resoftai/sdk'
import { parseObject } from './parse-object.ts'
import { encodeParts } from './parts.ts'
import { replayParts } from './replay.ts'
import { answerCalls, tellStray } from './tool-results.ts'
import { encodeToolName } from './tool-names.ts'
import type { Warn } from './warn.ts'

interface Turn {
  readonly role: 'user' | 'model'
  readonly parts: JsonObject[]
}

export interface ContentStyle {
  readonly generation: number
  readonly isVertex: boolean
  readonly warn: Warn
}

/** Documented for calls that another model made; from Gemini 3 on the first call of a turn needs a signature (WIRE.md 10.2). */
const foreignSignature = 'skip_thought_signature_validator'
const signedGeneration = 3

/**
 * A conversation in Gemini's order: turns of the model begin behind a turn of the user, and calls are answered at once and all together.
 * What does not fit (a history that was cut or made elsewhere) is told otherwise, with a warning.
 */
export function encodeContents(messages: readonly Message[], style: ContentStyle): readonly Turn[] {
  const { generation, warn } = style
  const turns: Turn[] = []
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at]
    if (message?.role === 'user') {
      if (message.name !== undefined) warn('Gemini knows no names of users; `name` of a message was left out.')
      turns.push({ role: 'user', parts: [...encodeParts(message.content, warn)] })
    } else if (message?.role === 'tool') turns.push({ role: 'user', parts: [...tellStray(message, warn)] })
    else if (message?.role === 'assistant') {
      const parts = replayParts(message, generation) ?? encodeAssistant(message, style)
      const { toolCalls = [] } = message
      addModelTurn(turns, parts, warn)
      if (toolCalls.length === 0) continue
      const results = resultsBehind(messages, at)
      at += results.length
      const called = parts.map(part => part.functionCall).filter(isObject)
      const calls = toolCalls.map(({ id }, place) => ({ id, part: called[place] ?? {} }))
      turns.push({ role: 'user', parts: [...answerCalls(calls, results, generation, warn)] })
    }
  }
  return turns
}

function addModelTurn(turns: Turn[], parts: readonly JsonObject[], warn: Warn): void {
  if (parts.length === 0) return
  const last = turns.at(-1)
  if (last?.role === 'model') {
    last.parts.push(...parts)
    return
  }
  if (last === undefined) {
    warn('The conversation began with the model; a user turn that says so was put before it.')
    turns.push({ role: 'user', parts: [{ text: '(The beginning of this conversation is missing.)' }] })
  }
  turns.push({ role: 'model', parts: [...parts] })
}

function encodeAssistant(
  { content, toolCalls = [] }: AssistantMessage,
  { generation, isVertex, warn }: ContentStyle
): readonly JsonObject[] {
  const calls = toolCalls.map((call, place) => ({
    functionCall: { ...(!isVertex && { id: call.id }), name: encodeToolName(call.name), args: readArguments(call, warn) },
    ...(place === 0 && generation >= signedGeneration && { thoughtSignature: foreignSignature })
  }))
  return content === '' ? calls : [{ text: content }, ...calls]
}

function readArguments({ name, arguments: text }: ToolCall, warn: Warn): JsonObject {
  if (text.trim() === '') return {}
  const args = parseObject(text)
  if (args === undefined) warn(`The arguments of a call of ${name} are no JSON object; they were sent as a text inside of one.`)
  return args ?? { arguments: text }
}

function resultsBehind(messages: readonly Message[], at: number): readonly ToolMessage[] {
  const results: ToolMessage[] = []
  for (let next = messages[at + 1]; next?.role === 'tool'; next = messages[at + 1 + results.length]) results.push(next)
  return results
}
