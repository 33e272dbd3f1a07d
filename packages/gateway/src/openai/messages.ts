import { isObject, textOf, type AssistantMessage, type JsonObject, type Message, type ProviderData, type ToolCall } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readContent, readPlainContent } from './content.ts'
import { noteDropped, readOpaque, readOpaqueObject, wrongType, type Reading } from './reading.ts'
import { readList, readName, readText } from './values.ts'

const most = { messages: 10_000, toolCalls: 1_000 } as const

const systemFields = new Set(['role', 'content'])
const userFields = new Set(['role', 'content', 'name'])
const toolFields = new Set(['role', 'content', 'name', 'tool_call_id'])
/** `annotations` and `parsed` say nothing that the content does not: clients send back what they got. */
const assistantFields = new Set([
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'provider_data',
  'annotations',
  'parsed'
])
const callFields = new Set(['id', 'type', 'index', 'function', 'extra_content'])

/** Calls in the older form, which has no ids: a result belongs to the latest call of its name. */
type NamedCalls = Map<string, string>

export function readMessages(value: unknown, param: string, reading: Reading): readonly Message[] {
  const named: NamedCalls = new Map()
  return readList(value, param, most.messages).map((message, position) =>
    readMessage(message, `${param}.${position}`, position, named, reading)
  )
}

function readMessage(value: unknown, param: string, position: number, named: NamedCalls, reading: Reading): Message {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  switch (value.role) {
    case 'system':
    case 'developer':
      noteDropped(value, systemFields, param, reading)
      return { role: 'system', content: readPlainContent(value.content, `${param}.content`, '\n', reading) }
    case 'user': {
      noteDropped(value, userFields, param, reading)
      const content = readContent(value.content, `${param}.content`, reading)
      return { role: 'user', content, ...readOwnName(value, param) }
    }
    case 'assistant':
      noteDropped(value, assistantFields, param, reading)
      return readAssistant(value, param, position, named, reading)
    case 'tool': {
      noteDropped(value, toolFields, param, reading)
      const toolCallId = readName(value.tool_call_id, `${param}.tool_call_id`)
      return { role: 'tool', toolCallId, ...readOwnName(value, param), content: readContent(value.content, `${param}.content`, reading) }
    }
    case 'function': {
      noteDropped(value, userFields, param, reading)
      const name = readName(value.name, `${param}.name`)
      const content = value.content === null ? '' : readContent(value.content, `${param}.content`, reading)
      return { role: 'tool', toolCallId: named.get(name) ?? name, name, content }
    }
    default:
      throw badRequest(`\`${param}.role\` must be system, developer, user, assistant, tool or function.`, `${param}.role`)
  }
}

function readOwnName({ name }: JsonObject, param: string): { readonly name?: string } {
  return name === undefined || name === null || name === '' ? {} : { name: readText(name, `${param}.name`) }
}

function readAssistant(message: JsonObject, param: string, position: number, named: NamedCalls, reading: Reading): AssistantMessage {
  const calls = readCalls(message, param, position, named)
  const reasoning = readReasoning(message, param)
  const providerData = readProviderData(message, param, reading)
  return {
    role: 'assistant',
    content: readSaid(message, param, reading),
    ...(reasoning !== undefined && { reasoning }),
    ...(calls.length > 0 && { toolCalls: calls }),
    ...(providerData !== undefined && { providerData })
  }
}

/** What the model said, a refusal too: a reply tells both as its text. */
function readSaid({ content, refusal }: JsonObject, param: string, reading: Reading): string {
  if (content !== undefined && content !== null && content !== '') return readPlainContent(content, `${param}.content`, '', reading)
  return refusal === undefined || refusal === null ? '' : readText(refusal, `${param}.refusal`)
}

function readReasoning({ reasoning_content: first, reasoning: second }: JsonObject, param: string): string | undefined {
  if (first !== undefined && first !== null) return textOf(readText(first, `${param}.reasoning_content`))
  return second === undefined || second === null ? undefined : textOf(readText(second, `${param}.reasoning`))
}

function readCalls(message: JsonObject, param: string, position: number, named: NamedCalls): readonly ToolCall[] {
  const { tool_calls: calls, function_call: call } = message
  if (calls !== undefined && calls !== null && !(Array.isArray(calls) && calls.length === 0)) {
    return readList(calls, `${param}.tool_calls`, most.toolCalls).map((item, at) => readCall(item, `${param}.tool_calls.${at}`))
  }
  if (call === undefined || call === null) return []
  const id = `call_${position}`
  const read = readCalled(call, `${param}.function_call`, id)
  named.set(read.name, id)
  return [read]
}

function readCall(value: unknown, param: string): ToolCall {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  if (value.type !== undefined && value.type !== null && value.type !== 'function') {
    throw badRequest(`\`${param}.type\` must be function.`, `${param}.type`)
  }
  return readCalled(value.function, `${param}.function`, readName(value.id, `${param}.id`))
}

function readCalled(value: unknown, param: string, id: string): ToolCall {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  const name = readName(value.name, `${param}.name`)
  const text = value.arguments === undefined || value.arguments === null ? '' : readText(value.arguments, `${param}.arguments`)
  return { id, name, arguments: text === '' ? '{}' : text }
}

/** `provider_data` is ours; `reasoning_details` and `extra_content` of calls are what other services call the same. */
function readProviderData(message: JsonObject, param: string, reading: Reading): ProviderData | undefined {
  const { provider_data: own, reasoning_details: details, tool_calls: calls } = message
  const data: Record<string, unknown> = {}
  if (Array.isArray(details)) data.reasoning_details = readOpaque(details, `${param}.reasoning_details`, reading)
  const extra = readExtraContent(calls, param, reading)
  if (extra !== undefined) data.extra_content = extra
  if (own !== undefined && own !== null) Object.assign(data, readOpaqueObject(own, `${param}.provider_data`, reading))
  for (const _ in data) return data
  return undefined
}

function readExtraContent(calls: unknown, param: string, reading: Reading): JsonObject | undefined {
  if (!Array.isArray(calls)) return undefined
  let extra: Record<string, unknown> | undefined
  for (const [position, call] of calls.entries()) {
    if (!isObject(call)) continue
    const at = `${param}.tool_calls.${position}`
    noteDropped(call, callFields, at, reading)
    if (!isObject(call.extra_content)) continue
    extra ??= {}
    extra[position] = readOpaque(call.extra_content, `${at}.extra_content`, reading)
  }
  return extra
}
