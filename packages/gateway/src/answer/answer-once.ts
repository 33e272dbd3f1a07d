import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '@resoftai/core'
import type { ReplyStore } from '@resoftai/storage'
import { digestOf } from '../guard/digest.ts'
import type { KeyLimits } from '../guard/limits.ts'
import { answerNotKept, otherRequest, readIdempotencyKey, stillAnswering } from './idempotency-key.ts'
import { Recording, type Shelf } from './recording.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A request with an `Idempotency-Key` is answered once; who sends it again gets the same answer. */
    readonly once?: boolean
  }
  interface FastifyRequest {
    /** SHA-256 of the body as it came, where there is an `Idempotency-Key`. */
    bodyDigest: string | undefined
    /** Where there is an `Idempotency-Key`: whoever hijacks the reply must end it. */
    recording: Recording | undefined
  }
}

export interface AnswerOnce {
  readonly store: ReplyStore
  readonly limits: KeyLimits
  readonly log: Log | undefined
}

/** For routes that are added later. */
export function answerOnce(app: FastifyInstance, { store, limits, log }: AnswerOnce): void {
  const shelf: Shelf = {
    store,
    leaseMs: 60_000,
    chars: 0,
    tellLost: (error, requestId) => log?.error('An answer could not be kept for its Idempotency-Key.', { requestId, error })
  }

  async function begin(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const key = readIdempotencyKey(request)
    if (key === undefined) return undefined
    const { caller, routeOptions, bodyDigest = digestOf('') } = request
    const owner = caller.kind === 'key' ? caller.key.id : ''
    // A digest, as there may be anything in the header.
    const id = digestOf(JSON.stringify([owner, routeOptions.url, key]))
    const begun = await store.begin(id, bodyDigest, shelf.leaseMs)
    if (begun.outcome === 'begun') {
      request.recording = new Recording(shelf, reply, id, begun.holder)
      return undefined
    }
    // It is one request more, and spends nothing.
    if (caller.kind === 'key') limits.admit(caller.key).leave()
    if (begun.outcome === 'running') throw stillAnswering()
    if (begun.outcome === 'different') throw otherRequest()
    if (begun.reply === null) throw answerNotKept()
    const { status, headers, body } = begun.reply
    return reply
      .status(status)
      .headers({ ...headers, 'idempotent-replayed': 'true' })
      .send(body)
  }

  async function end({ recording }: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    await (typeof payload === 'string' && isFinal(reply) ? recording?.keep(payload) : recording?.release())
    return payload
  }

  app.addHook('onRoute', route => {
    if (route.config?.once === true) Object.assign(route, { preHandler: begin, onSend: end })
  })
}

/** An answer, or what a provider has against this request: the same would come again. Other failures may be over the next time. */
function isFinal(reply: FastifyReply): boolean {
  return reply.statusCode === 200 || (reply.statusCode === 400 && reply.getHeader('x-should-retry') === 'false')
}
