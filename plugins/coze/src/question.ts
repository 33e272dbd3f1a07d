import { isObject, ProviderError, type ChatRequest, type JsonObject, type Message } from '@resoftai/sdk'
import type { Config } from './config.ts'
import type { Warn } from './content.ts'
import { overDefaults } from './over-defaults.ts'
import { encodeMessages, isQuestion, toolNamesOf, type EncodeMessages, type EnterMessage } from './messages.ts'
import { placeSystemText } from './system-text.ts'

/** As many messages a request may have (WIRE.md 8.2). */
const mostMessages = 100

/** What a chat is asked, and the fields that the caller gave. `messages` are those of the request that Coze does not have yet. */
export function encodeQuestion(messages: readonly Message[], request: ChatRequest, config: Config, warn: Warn): JsonObject {
  const { extra = {} } = request
  const { lead, variables } = placeSystemText(request.messages, config, warn)
  const custom_variables = overDefaults(variables, extra.custom_variables)
  const hasVariables = !isObject(custom_variables) || Object.keys(custom_variables).length > 0
  return {
    ...(extra.additional_messages === undefined && {
      additional_messages: encodeNewest(messages, { lead, toolNames: toolNamesOf(request.messages), warn })
    }),
    ...extra,
    ...(hasVariables && { custom_variables })
  }
}

export function noQuestion(): ProviderError {
  return new ProviderError('bad_request', 'Coze answers a question: the last message must be one of the user.', { code: 'no_question' })
}

function encodeNewest(messages: readonly Message[], options: EncodeMessages): readonly EnterMessage[] {
  const last = messages.findLast(({ role }) => role !== 'system')
  if (last === undefined || !isQuestion(last)) throw noQuestion()
  const encoded = encodeMessages(messages, options)
  if (encoded.length > mostMessages) {
    options.warn(`Coze takes ${mostMessages} messages at most: the oldest ${encoded.length - mostMessages} were left out.`)
  }
  return encoded.slice(-mostMessages)
}
