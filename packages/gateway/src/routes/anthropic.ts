import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, ProviderClient } from '@resoftai/core'
import { answerChat } from '../answer/answer-chat.ts'
import { explainError } from '../answer/answer-error.ts'
import { beginCall } from '../answer/client-call.ts'
import {
  countTokensBody,
  errorFrame,
  forOtherVendors,
  messageBody,
  messageEvents,
  readCountTokensBody,
  readMessagesBody,
  toAnthropicError
} from '../anthropic/index.ts'
import { checkModel } from '../guard/allowed-models.ts'
import { retryHeaders } from '../openai/index.ts'
import type { GatewayParts } from '../parts.ts'

/** Errors of these routes are in the shape of this API, whoever refuses. */
const client = {
  config: { access: 'client' },
  errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const answer = explainError(error)
    void reply
      .header('request-id', request.id)
      .status(answer.status)
      .headers(retryHeaders(answer))
      .send(toAnthropicError(answer, request.id))
  }
} as const

const once = { ...client, config: { ...client.config, once: true } } as const

/** The API of Anthropic, for clients that speak it, to any provider. */
export function anthropicRoutes(app: FastifyInstance, parts: GatewayParts): void {
  app.post('/v1/messages', once, async (request, reply) => {
    const { ask, model, stream, warnings } = readMessagesBody(request.body)
    reply.header('request-id', request.id)
    return answerChat(request, reply, parts, {
      id: `msg_${request.id}`,
      form: { model, stream, n: 1 },
      asks: [ask],
      warnings,
      suit: suitVendor,
      stream: head => messageEvents(head),
      end: () => '',
      errorFrame: error => errorFrame(error, request.id),
      whole: (head, [only]) => messageBody(only!, head)
    })
  })

  app.post('/v1/messages/count_tokens', client, async (request, reply) => {
    const { ask, model } = readCountTokensBody(request.body)
    checkModel(request.caller, model)
    const provider = await parts.models.find(model)
    const call = beginCall(request, reply, parts)
    try {
      const suited = suitVendor(ask, provider).ask
      return countTokensBody(await provider.countTokens(suited, call.options).catch(() => provider.estimateTokens(suited)))
    } finally {
      call.end()
    }
  })
}

/** The plugin of this API takes what only this API knows. */
function suitVendor(ask: Ask, { plugin }: ProviderClient): ReturnType<typeof forOtherVendors> {
  return plugin === 'anthropic' ? { ask, warnings: [] } : forOtherVendors(ask)
}
