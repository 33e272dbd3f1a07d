import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Conversation, ConversationStore } from '@resoftai/storage'
import { beginCall, ClientCall } from '../answer/client-call.ts'
import { replyHeaders } from '../answer/headers.ts'
import {
  answerDocument,
  answerTurn,
  chooseModel,
  conversationDocument,
  converse,
  exportConversation,
  findTools,
  followRun,
  listConversations,
  noConversation,
  noRun,
  ownerOf,
  readChatBody,
  readEventId,
  readTitle,
  Runs,
  startRun,
  Turns,
  writeJson
} from '../chat/index.ts'
import { checkModel } from '../guard/allowed-models.ts'
import { watched, watchedTools } from '../operate/watched.ts'
import type { GatewayParts } from '../parts.ts'

const client = { config: { access: 'client' } } as const
const once = { config: { access: 'client', once: true } } as const

export interface ChatOptions {
  /** How long a streamed answer goes on when its client has left without coming back. Default: 10,000. */
  readonly graceMs?: number
  /** How long a message waits for others of its conversation. Default: 30,000. */
  readonly waitMs?: number
}

interface WithId {
  Params: { id: string }
}

/** Chat that keeps its conversations. */
export function chatRoutes(app: FastifyInstance, parts: GatewayParts, store: ConversationStore, options: ChatOptions = {}): void {
  const { graceMs = 10_000, waitMs = 30_000 } = options
  const talk = { store, turns: new Turns(store, waitMs) }
  const runs = new Runs()

  const readAsk = async ({ body, caller, trace }: FastifyRequest) => {
    const ask = readChatBody(body)
    const model = await chooseModel(ask, parts.host, caller)
    checkModel(caller, model)
    const provider = watched(await parts.models.find(model), trace)
    const { tools, warnings } = await findTools(ask, parts.tools)
    return { ask, model, provider, found: { tools: watchedTools(tools, trace), warnings } }
  }

  app.post('/api/chat', once, async (request, reply) => {
    const asked = await readAsk(request)
    const call = beginCall(request, reply, parts)
    let begun = 0
    try {
      const { outcome } = request
      const answer = await converse(talk, ownerOf(request.caller), { ...asked, call, outcome }, plan => {
        // What the messages before it took is no overhead.
        begun = performance.now()
        return answerTurn(plan)
      })
      const { attempts, warnings, result } = answer
      reply.headers(replyHeaders({ attempts, cost: result.cost, warnings, durationMs: performance.now() - begun }))
      return answerDocument(answer)
    } finally {
      call.end()
    }
  })

  app.post('/api/chat/stream', once, async (request, reply) => {
    const asked = await readAsk(request)
    const call = new ClientCall(request.caller, parts)
    const leave = () => call.abandon()
    // Who does not know the run yet cannot come back to it.
    reply.raw.once('close', leave)
    if (reply.raw.destroyed) leave()
    const { outcome, recording } = request
    const run = await startRun({ talk, runs, owner: ownerOf(request.caller), graceMs, recording, asked: { ...asked, call, outcome } })
    reply.raw.off('close', leave)
    // Which of its providers a route will end with is not known yet.
    if (asked.provider.plugin !== 'route') reply.header('x-resoftai-provider', asked.provider.name)
    await followRun(reply, run, 0)
  })

  // A HEAD would take the place of who reads.
  app.get<{ Params: { run: string } }>('/api/chat/stream/:run', { ...client, exposeHeadRoute: false }, async (request, reply) => {
    const run = runs.find(request.params.run, ownerOf(request.caller))
    if (run === undefined) throw noRun()
    const after = readEventId(request.headers['last-event-id'])
    run.check(after)
    await followRun(reply, run, after)
    request.outcome.failure = run.failure
  })

  const find = async ({ params: { id }, caller }: FastifyRequest<WithId>): Promise<Conversation> => {
    const found = await store.find(id, ownerOf(caller))
    if (found === undefined) throw noConversation()
    return found
  }

  app.get('/api/conversations', client, ({ caller, query }) => listConversations(store, ownerOf(caller), query))

  app.get<WithId>('/api/conversations/:id', client, async (request, reply) => {
    const conversation = await find(request)
    const whole = writeJson(conversation, store.read(conversation.id, ownerOf(request.caller)))
    return reply.type('application/json; charset=utf-8').send(Readable.from(whole))
  })

  app.patch<WithId>('/api/conversations/:id', client, async request => {
    const title = readTitle(request.body)
    const { id } = await find(request)
    await store.rename(id, ownerOf(request.caller), title)
    return conversationDocument(await find(request))
  })

  app.delete<WithId>('/api/conversations/:id', client, async (request, reply) => {
    const { id } = await find(request)
    await store.remove(id, ownerOf(request.caller))
    return reply.status(204).send()
  })

  app.get<WithId & { Querystring: { format?: unknown } }>('/api/conversations/:id/export', client, async (request, reply) => {
    const conversation = await find(request)
    const messages = store.read(conversation.id, ownerOf(request.caller))
    const { body, headers } = exportConversation(conversation, messages, request.query.format)
    return reply.headers(headers).send(body)
  })
}
