import { isObject, type Content, type ContentPart, type JsonObject, type Message, type ToolMessage } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { noteDropped, wrongType, type Reading } from '../openai/reading.ts'
import { readBoolean, readList, readName } from '../openai/values.ts'
import { readAssistant } from './assistant.ts'
import { readBlocks, readContent, readPart, readPlainContent } from './content.ts'

/** As the vendor takes them. */
const mostMessages = 100_000

const messageFields = new Set(['role', 'content'])
const resultFields = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])

/** The tools that were called, by the ids of the calls: some vendors match results by names. */
type CalledTools = Map<string, string>

export function readMessages(value: unknown, param: string, reading: Reading): readonly Message[] {
  const called: CalledTools = new Map()
  return readList(value, param, mostMessages).flatMap((message, position) => readMessage(message, `${param}.${position}`, called, reading))
}

function readMessage(value: unknown, param: string, called: CalledTools, reading: Reading): readonly Message[] {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  noteDropped(value, messageFields, param, reading)
  const { role, content } = value
  const at = `${param}.content`
  switch (role) {
    case 'user':
      return typeof content === 'string' ? [{ role, content }] : readUser(readBlocks(content, at), at, called, reading)
    case 'assistant': {
      const message = readAssistant(content, at, reading)
      for (const { id, name } of message.toolCalls ?? []) called.set(id, name)
      return [message]
    }
    case 'system':
      return [{ role, content: readPlainContent(content, at, reading) }]
    default:
      throw badRequest(`\`${param}.role\` must be user or assistant.`, `${param}.role`)
  }
}

/** Results of tools are messages of their own; what the user says between them stays there. */
function readUser(blocks: readonly JsonObject[], param: string, called: CalledTools, reading: Reading): readonly Message[] {
  if (blocks.length === 0) throw wrongType(param, 'a text or a list that is not empty', blocks)
  const messages: Message[] = []
  let parts: ContentPart[] = []
  const say = () => {
    if (parts.length > 0) messages.push({ role: 'user', content: contentOf(parts) })
    parts = []
  }
  blocks.forEach((block, position) => {
    const at = `${param}.${position}`
    if (block.type === 'tool_result') {
      say()
      messages.push(readResult(block, at, called, reading))
    } else parts.push(...readPart(block, at, reading))
  })
  say()
  return messages
}

/** One text is no list: every vendor takes it so. */
function contentOf(parts: readonly ContentPart[]): Content {
  const [only] = parts
  return parts.length === 1 && only?.type === 'text' ? only.text : parts
}

function readResult(block: JsonObject, param: string, called: CalledTools, reading: Reading): ToolMessage {
  noteDropped(block, resultFields, param, reading)
  const { content, is_error: failed } = block
  const toolCallId = readName(block.tool_use_id, `${param}.tool_use_id`)
  const name = called.get(toolCallId)
  const isError = failed !== undefined && failed !== null && readBoolean(failed, `${param}.is_error`)
  return {
    role: 'tool',
    toolCallId,
    ...(name !== undefined && { name }),
    content: content === undefined || content === null ? '' : readContent(content, `${param}.content`, reading),
    ...(isError && { isError })
  }
}
