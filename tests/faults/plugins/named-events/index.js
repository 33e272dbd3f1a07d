// A test fixture: how the host treats a stream of named events and errors with status 200 (WIRE.md section 8), whoever reads them.
import { defineProvider, ProviderError } from '@resoftai/sdk'

export default defineProvider({
  create: (/** @type {{ config: { api_base: string, api_key: string } }} */ { config }) => ({
    encode: ({ model, messages }) => ({
      url: `${config.api_base}/v3/chat`,
      headers: { authorization: `Bearer ${config.api_key}` },
      body: { bot_id: model, stream: true, additional_messages: messages }
    }),
    streamDecoder: () => readEvent,
    decodeError: (_status, body) => (isFailure(body) ? readFailure(body) : undefined)
  })
})

/** @type {import('@resoftai/sdk').StreamDecoder} */
function readEvent({ event, data }) {
  if (event === 'done') return 'done'
  const value = JSON.parse(data)
  switch (event) {
    case 'conversation.chat.created':
      return [{ type: 'start', model: value.bot_id, id: value.id }]
    case 'conversation.message.delta':
      return [{ type: 'text', text: value.content }]
    case 'conversation.chat.requires_action':
      return [...readCalls(value.required_action.submit_tool_outputs.tool_calls), { type: 'finish', reason: 'tool_calls' }]
    case 'conversation.chat.completed':
      return [readUsage(value.usage), { type: 'finish', reason: 'stop', raw: 'completed' }]
    case 'conversation.chat.canceled':
      return [{ type: 'finish', reason: 'error', raw: 'canceled' }]
    case 'conversation.chat.failed':
      throw readFailure(value.last_error)
    case 'error':
      throw readFailure(value)
    default:
      return []
  }
}

function readCalls(calls) {
  return calls.map(({ id, function: { name, arguments: text } }, index) => ({ type: 'tool_call', index, id, name, arguments: text }))
}

function readUsage({ input_count, output_count, token_count }) {
  return { type: 'usage', usage: { inputTokens: input_count, outputTokens: output_count, totalTokens: token_count } }
}

function isFailure(body) {
  return typeof body?.code === 'number' && body.code !== 0
}

/** What is not in the list is a failure of the vendor. */
const kinds = new Map([
  [4000, 'bad_request'],
  [4008, 'quota'],
  [4019, 'quota'],
  [4028, 'quota'],
  [4016, 'overloaded'],
  [4100, 'auth'],
  [4101, 'permission'],
  [4105, 'content_filter'],
  [4200, 'not_found'],
  [700_012_006, 'auth']
])

function readFailure({ code, msg }) {
  return new ProviderError(kinds.get(code) ?? 'server', msg ?? 'The bot failed.', {
    vendorCode: code === undefined ? undefined : String(code)
  })
}
