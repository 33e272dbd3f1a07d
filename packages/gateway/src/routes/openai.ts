import type { FastifyInstance } from 'fastify'
import { answerChat } from '../answer/answer-chat.ts'
import { beginCall } from '../answer/client-call.ts'
import { answerHeaders } from '../answer/headers.ts'
import { checkModel, mayAsk } from '../guard/allowed-models.ts'
import {
  chatChunks,
  chatCompletion,
  doneFrame,
  embeddingList,
  errorFrame,
  modelItem,
  modelList,
  readChatBody,
  readCompletionBody,
  readEmbeddingBody,
  readWrittenBody,
  relayedCompletion,
  textChunks,
  textCompletion,
  usageFrame
} from '../openai/index.ts'
import { unknownModel } from '../models.ts'
import { watched } from '../operate/watched.ts'
import type { GatewayParts } from '../parts.ts'

const client = { config: { access: 'client' } } as const
const once = { config: { access: 'client', once: true } } as const

/** The API of OpenAI. */
export function openaiRoutes(app: FastifyInstance, parts: GatewayParts): void {
  app.post('/v1/chat/completions', { config: { ...once.config, skims: true } }, async (request, reply) => {
    const written = readWrittenBody(request.body)
    const { ask, functions, warnings, ...form } = written ?? readChatBody(request.body)
    return answerChat(request, reply, parts, {
      form,
      id: `chatcmpl-${request.id}`,
      asks: [ask],
      warnings,
      ...(written !== undefined && {
        suit: (asked, provider) => (provider.relays?.(asked) === true ? { ask: asked, warnings } : readChatBody(request.body))
      }),
      stream: (head, index) => chatChunks({ ...head, includeUsage: form.includeUsage, index, functions }),
      end: (head, streams) => (form.includeUsage ? usageFrame(streams[0]?.head ?? head, streams) : '') + doneFrame,
      errorFrame,
      whole: (head, replies) => {
        const relayed = relayedCompletion(replies)
        if (relayed === undefined) return chatCompletion({ ...head, replies, functions })
        reply.type('application/json; charset=utf-8')
        return relayed
      }
    })
  })

  app.post('/v1/completions', once, async (request, reply) => {
    const { asks, ...form } = readCompletionBody(request.body)
    return answerChat(request, reply, parts, {
      form,
      id: `cmpl-${request.id}`,
      asks,
      warnings: [],
      stream: (head, index) => textChunks({ ...head, includeUsage: form.includeUsage, index }),
      end: (head, streams) => (form.includeUsage ? usageFrame(head, streams, 'text_completion') : '') + doneFrame,
      errorFrame,
      whole: (head, replies) => textCompletion({ ...head, replies })
    })
  })

  app.post('/v1/embeddings', once, async (request, reply) => {
    const { ask, model, encodingFormat } = readEmbeddingBody(request.body)
    checkModel(request.caller, model)
    const provider = watched(await parts.models.find(model), request.trace)
    const call = beginCall(request, reply, parts)
    try {
      const vectors = await provider.embed(ask, { ...call.options, attempts: request.outcome.noteTries() })
      reply.headers(answerHeaders(request.outcome.tries))
      call.spend(vectors.usage)
      return embeddingList(vectors, encodingFormat)
    } finally {
      call.end()
    }
  })

  app.get('/v1/models', client, async ({ caller }) => modelList((await parts.models.list()).filter(({ id }) => mayAsk(caller, id))))

  app.get<{ Params: { '*': string } }>('/v1/models/*', client, async ({ caller, params }) => {
    const id = params['*']
    const found = (await parts.models.list()).find(model => model.id === id)
    if (found === undefined || !mayAsk(caller, id)) throw unknownModel(id)
    return modelItem(found)
  })
}
