import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Ask, CallOptions, ProviderClient } from '@resoftai/core'
import type { ChatReply } from '@resoftai/sdk'
import { checkExtra, checkModel } from '../guard/allowed-models.ts'
import type { AnswerHead, ReplyStream } from '../openai/index.ts'
import { watched } from '../operate/watched.ts'
import type { GatewayParts } from '../parts.ts'
import { beginCall, type ClientCall } from './client-call.ts'
import { answerHeaders, replyHeaders, warningHeader } from './headers.ts'
import { streamReplies, type StreamedReply } from './stream-replies.ts'

/** A question to a model, and how its answer is written: all that the APIs differ in. */
export interface ChatCall {
  /** Of the answer. */
  readonly id: string
  readonly form: { readonly model: string; readonly stream: boolean; readonly n: number }
  readonly asks: readonly Ask[]
  /** What of the request no provider is told. */
  readonly warnings: readonly string[]
  /** The ask as it suits a provider. Default: as it is. */
  readonly suit?: (ask: Ask, provider: ProviderClient) => { readonly ask: Ask; readonly warnings: readonly string[] }
  readonly stream: (head: AnswerHead, index: number) => ReplyStream
  /** The frames that follow complete replies. */
  readonly end: (head: AnswerHead, streams: readonly ReplyStream[]) => string
  readonly errorFrame: (error: unknown) => string
  readonly whole: (head: AnswerHead, replies: readonly ChatReply[]) => unknown
}

interface Asked {
  readonly reply: FastifyReply
  readonly call: ClientCall
  readonly provider: ProviderClient
  readonly asks: readonly Ask[]
  readonly head: AnswerHead
  readonly warnings: readonly string[]
}

/** Asks the model that a request names, within what its key may, and answers in the form that it wants. */
export async function answerChat(request: FastifyRequest, reply: FastifyReply, parts: GatewayParts, chat: ChatCall): Promise<unknown> {
  const { id, form } = chat
  const { model, stream } = form
  checkModel(request.caller, model)
  for (const { extra } of chat.asks) checkExtra(request.caller, extra)
  const provider = watched(await parts.models.find(model), request.trace)
  const call = beginCall(request, reply, parts)
  const answer = stream ? answerStream : answerWhole
  try {
    const head: AnswerHead = { id, model, created: Math.floor(parts.clock() / 1000) }
    return await answer({ reply, call, provider, head, ...suitedTo(provider, chat) }, chat)
  } finally {
    call.end()
  }
}

function suitedTo(provider: ProviderClient, { asks, form: { n }, suit = asItIs, warnings }: ChatCall): Pick<Asked, 'asks' | 'warnings'> {
  const suited = asks.map(ask => suit(ask, provider))
  return {
    // Reply `i` to question `q` has the index `q × n + i`.
    asks: suited.flatMap(({ ask }) => Array.from({ length: n }, () => ask)),
    warnings: [...warnings, ...suited.flatMap(one => one.warnings)]
  }
}

function asItIs(ask: Ask): { readonly ask: Ask; readonly warnings: readonly string[] } {
  return { ask, warnings: [] }
}

function answerStream({ reply, call, provider, asks, head, warnings }: Asked, { stream, end, errorFrame }: ChatCall): Promise<void> {
  const { outcome } = reply.request
  // A stream that was begun cannot be taken back.
  const options = (): CallOptions => ({ ...call.options, restart: false, attempts: outcome.noteTries() })
  const [first, ...rest] = asks.map((ask, index): StreamedReply => ({
    events: provider.stream(ask, options()),
    stream: stream(head, index)
  }))
  const replies = [first!, ...rest] as const
  const streams = replies.map(one => one.stream)
  return streamReplies(reply, call, {
    replies,
    headers: () => ({ ...answerHeaders(outcome.tries), ...warningHeader(warnings) }),
    end: () => end(head, streams),
    errorFrame
  })
}

async function answerWhole({ reply, call, provider, asks, head, warnings }: Asked, { whole }: ChatCall): Promise<unknown> {
  const begun = performance.now()
  const { outcome } = reply.request
  const replies = await allOf(
    asks.map(ask => provider.chat(ask, { ...call.options, attempts: outcome.noteTries() })),
    call
  )
  for (const { usage } of replies) call.spend(usage)
  const [only] = replies
  reply.headers(
    replyHeaders({
      attempts: replies.flatMap(({ attempts }) => attempts),
      cost: replies.length === 1 ? (only?.cost ?? null) : null,
      warnings: [...warnings, ...new Set(replies.flatMap(one => one.warnings))],
      durationMs: performance.now() - begun
    })
  )
  return whole(head, replies)
}

/** All of them, or none: when one fails, the others would go on for nobody. */
async function allOf(replies: readonly Promise<ChatReply>[], call: ClientCall): Promise<readonly ChatReply[]> {
  try {
    return await Promise.all(replies)
  } catch (error) {
    call.abandon()
    await Promise.allSettled(replies)
    throw error
  }
}
