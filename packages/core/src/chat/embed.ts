import type { EmbeddingDialect, EmbeddingReply } from '@resoftai/sdk'
import type { CallOptions, EmbedAsk } from '../client.ts'
import { askJson } from './ask-json.ts'
import { Leg } from './leg.ts'
import { completeEmbedding } from './request.ts'
import type { StartedProvider } from './started-provider.ts'

/** Vectors of texts, paid for as replies are. */
export function embed(
  provider: StartedProvider,
  embeddings: EmbeddingDialect,
  asked: EmbedAsk,
  options: CallOptions = {}
): Promise<EmbeddingReply> {
  const { agent, key, budgets } = options
  const request = completeEmbedding(provider, asked)
  const { model, input } = request
  const wire = embeddings.encode(request)
  // The estimate of tokens knows conversations.
  const asChat = { model, messages: input.map(content => ({ role: 'user' as const, content })) }
  return askJson<EmbeddingReply>(
    provider,
    {
      what: 'embed',
      model,
      wire,
      decode: body => namedBy(model, embeddings.decode(body)),
      openLeg: call => Leg.open({ provider, request: asChat, url: wire.url, call, caller: { agent, key, budgets }, isInputOnly: true }),
      finish: async (reply, leg) => ({ ...reply, cost: await leg.finishInput(reply) })
    },
    options
  )
}

/** Some vendors do not say which model made the vectors. */
function namedBy(model: string, reply: EmbeddingReply): EmbeddingReply {
  return reply.model === '' ? { ...reply, model } : reply
}
