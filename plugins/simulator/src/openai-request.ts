import {
  ProviderError,
  type ChatRequest,
  type Content,
  type Message,
  type ResponseFormat,
  type Tool,
  type ToolCall,
  type ToolChoice
} from '@resoftai/sdk'

type Json = Readonly<Record<string, unknown>>

/** Reads the body of an OpenAI chat request, as far as the simulator cares. Throws `bad_request`. */
export function readChatBody(body: unknown): ChatRequest {
  if (!isRecord(body) || !Array.isArray(body['messages']))
    throw new ProviderError('bad_request', 'The body must be an object with a list of messages.')
  const { model, tools, tool_choice: choice, parallel_tool_calls: parallel, response_format: format, simulator } = body
  const toolChoice = readToolChoice(choice)
  const responseFormat = readResponseFormat(format)
  return {
    model: text(model),
    messages: body['messages'].map(readMessage),
    ...(Array.isArray(tools) && { tools: tools.map(readTool) }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(typeof parallel === 'boolean' && { parallelToolCalls: parallel }),
    ...(responseFormat !== undefined && { responseFormat }),
    ...(simulator !== undefined && { extra: { simulator } })
  }
}

function readMessage(value: unknown): Message {
  const { role, content, tool_calls: calls, tool_call_id: toolCallId, name } = record(value)
  switch (role) {
    case 'user':
      return { role, content: readContent(content) }
    case 'assistant':
      return { role, content: flat(content), ...(Array.isArray(calls) && { toolCalls: calls.map(readCall) }) }
    case 'tool':
    case 'function':
      return { role: 'tool', toolCallId: text(toolCallId), content: readContent(content), ...(typeof name === 'string' && { name }) }
    case 'system':
    case 'developer':
      return { role: 'system', content: flat(content) }
    default:
      throw new ProviderError('bad_request', 'A message has no role that is known.')
  }
}

/** Only texts count; of other parts the simulator sees nothing. */
function readContent(content: unknown): Content {
  return Array.isArray(content) ? content.map(part => ({ type: 'text', text: text(record(part)['text']) })) : text(content)
}

function flat(content: unknown): string {
  return Array.isArray(content) ? content.map(part => text(record(part)['text'])).join('') : text(content)
}

function readCall(value: unknown): ToolCall {
  const call = record(value)
  const { name, arguments: given } = record(call['function'])
  return { id: text(call['id']), name: text(name), arguments: text(given) }
}

function readTool(value: unknown): Tool {
  const { name, description, parameters, strict } = record(record(value)['function'])
  return {
    name: text(name),
    ...(typeof description === 'string' && { description }),
    ...(isRecord(parameters) && { parameters }),
    ...(typeof strict === 'boolean' && { strict })
  }
}

function readToolChoice(value: unknown): ToolChoice | undefined {
  if (value === 'auto' || value === 'none' || value === 'required') return value
  return isRecord(value) ? { name: text(record(value['function'])['name']) } : undefined
}

function readResponseFormat(value: unknown): ResponseFormat | undefined {
  const { type, json_schema: wrapped } = record(value)
  const { name, schema } = record(wrapped)
  if (type === 'json_object') return { type: 'json' }
  return type === 'json_schema' ? { type, name: text(name), schema: record(schema) } : undefined
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {}
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
