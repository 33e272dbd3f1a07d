import { isProviderError, ProviderError, type WireRequest } from '@resoftai/sdk'
import type { Exchange, ResponseHead } from '../transport/index.ts'
import { completeByHead, notAReply, readErrorInside } from './answer-error.ts'
import type { Call } from './call.ts'
import type { Key } from './key-ring.ts'
import { receiveHead, sendRequest } from './open-reply.ts'
import { readBody } from './read-body.ts'
import type { Try } from './retry.ts'
import { isDialect, type StartedProvider } from './started-provider.ts'

/** A request whose answer is JSON, but no chat: models, embeddings, health. */
export interface JsonRequest<T> {
  readonly provider: StartedProvider
  /** Empty where no model is asked. */
  readonly model: string
  readonly wire: WireRequest
  readonly decode: (body: unknown) => T
  /** Is given the head of every answer, that of a failure too. */
  readonly seeHead?: ((head: ResponseHead) => void) | undefined
}

export function tryJson<T>({ provider, model, wire, decode, seeHead = () => {} }: JsonRequest<T>, call: Call, key: Key): Try<T> {
  const limits = provider.settings.limitsOf(model)
  let exchange: Exchange | undefined
  return {
    phase: () => exchange?.phase ?? 'connect',
    run: async () => {
      const sent = (exchange = await sendRequest(provider, wire, limits, call, key))
      sent.response.then(seeHead, () => undefined)
      const head = await receiveHead(sent, provider, limits)
      const body = await readInTime(sent, limits.stallTimeoutMs)
      return decodeBody(body, head, provider, decode)
    }
  }
}

function decodeBody<T>(body: string, head: ResponseHead, { made, clock }: StartedProvider, decode: (body: unknown) => T): T {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw notAReply(head, body)
  }
  try {
    const failure = isDialect(made) ? readErrorInside(head, value, made) : undefined
    if (failure !== undefined) throw failure
    return decode(value)
  } catch (error) {
    throw isProviderError(error) ? completeByHead(error, head, clock()) : error
  }
}

/** By the wall clock, however lively the vendor is meanwhile. */
async function readInTime(exchange: Exchange, limitMs: number): Promise<string> {
  const timer = setTimeout(() => exchange.abort(endless(limitMs)), limitMs)
  try {
    return await readBody(exchange)
  } finally {
    clearTimeout(timer)
  }
}

function endless(limitMs: number): ProviderError {
  return new ProviderError('stalled', `The vendor did not end its answer within ${limitMs / 1000} s.`, { code: 'idle' })
}
