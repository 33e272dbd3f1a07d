import type { Ask } from '@resoftai/core'
import { isObject, type JsonObject, type Message } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { readFields, unsupported, wrongType, type Fields, type Reading } from '../openai/reading.ts'
import { readCount, readList, readNumber, readText } from '../openai/values.ts'
import { readMessages } from './messages.ts'
import { readOutputConfig } from './output-config.ts'
import { readSystem } from './system.ts'
import { readEffort } from './thinking.ts'
import { readToolChoice } from './tool-choice.ts'
import { readTools } from './tools.ts'

const mostStops = 64

const fields: Fields = {
  messages: ['messages', readMessages],
  max_tokens: ['maxTokens', readCount],
  temperature: ['temperature', readNumber],
  top_p: ['topP', readNumber],
  stop_sequences: ['stop', readStops],
  tools: ['tools', readTools],
  metadata: ['user', readUser],
  mcp_servers: ['', refuseServers],
  fallbacks: ['', refuseFallbacks],
  thread: ['', refuseThread]
}

/** Marks for the cache are not carried: which parts are marked is decided by the provider's `prompt_caching`, and a request has room for four. */
const own: ReadonlySet<string> = new Set(['model', 'stream', 'system', 'thinking', 'output_config', 'tool_choice', 'cache_control'])

type Writable = { -readonly [Field in keyof Ask]: Ask[Field] }

/** What is asked, in our words. Fields that nobody here knows (`top_k`, `context_management`, …) are its `extra`, unchanged. */
export function readAsk(body: JsonObject, reading: Reading): Ask {
  const ask = readFields(body, fields, own, reading) as unknown as Writable
  const messages: readonly Message[] | undefined = ask.messages
  if (messages === undefined) throw wrongType('messages', 'a list that is not empty', body.messages)
  const { effort, responseFormat } = readOutputConfig(body.output_config, reading)
  const reasoningEffort = readEffort(body.thinking, effort, ask.maxTokens)
  return {
    ...ask,
    messages: [...readSystem(body.system, reading), ...messages],
    ...readToolChoice(body.tool_choice),
    ...(reasoningEffort !== undefined && { reasoningEffort }),
    ...(responseFormat !== undefined && { responseFormat })
  }
}

/** `undefined` for an empty list: nothing stops the model. */
function readStops(value: unknown, param: string): readonly string[] | undefined {
  if (Array.isArray(value) && value.length === 0) return undefined
  return readList(value, param, mostStops).map((item, position) => readText(item, `${param}.${position}`))
}

function readUser(metadata: unknown, param: string): string | undefined {
  if (!isObject(metadata)) throw wrongType(param, 'an object', metadata)
  for (const name in metadata) {
    if (name !== 'user_id') throw unsupported(param, 'It may hold `user_id` and nothing else.')
  }
  const { user_id: user } = metadata
  return user === undefined || user === null ? undefined : readText(user, `${param}.user_id`)
}

function refuseServers(_value: unknown, param: string): never {
  throw unsupported(param, 'Servers of tools are set where the gateway is configured.')
}

/** They would be asked whether or not the client's key may. */
function refuseFallbacks(_value: unknown, param: string): never {
  throw unsupported(param, 'Ask a route: its models are tried in order.')
}

/**
 * Conversations that the vendor keeps are continued with the new messages alone: taken for a whole conversation those would be answered, and
 * wrongly. By this code the official client knows to send all of them.
 */
function refuseThread(_value: unknown, param: string): never {
  throw badRequest(`\`${param}\` is not supported: send the whole conversation with each request.`, param, 'thread_unsupported_request')
}
