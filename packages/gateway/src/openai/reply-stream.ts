import type { ChatEvent, Cost, Usage } from '@resoftai/sdk'
import { GatewayError } from '../error.ts'
import { sumCosts, writeCost } from './money.ts'
import { sumUsages, writeUsage } from './usage.ts'

/** What all chunks of an answer say. */
export interface AnswerHead {
  readonly id: string
  /** As the client asked for it. */
  readonly model: string
  /** Seconds since 1970. */
  readonly created: number
}

export interface ChunkOptions extends AnswerHead {
  /** The usage will be told at the end: until then each chunk says that it is not known yet. */
  readonly includeUsage: boolean
  /** Which of several replies. Default: 0. */
  readonly index?: number
  /** Answer in the older form with `function_call`. */
  readonly functions?: boolean
}

/** Writes the events of one reply as frames. */
export interface ReplyStream {
  /** Frames, ready to be sent; empty when the event tells the client nothing. Throws `GatewayError` for what cannot be told. */
  write(event: ChatEvent): string
  /** Of the vendor, where its chunks are passed on. */
  readonly head?: AnswerHead | undefined
  readonly usage: Usage
  /** `null`: unknown. */
  readonly cost: Cost | null
  readonly warnings: readonly string[]
}

/** The end of a complete stream, and of no other. */
export const doneFrame = 'data: [DONE]\n\n'

/** The chunk behind the replies, when `includeUsage`: what all of them used and cost. */
export function usageFrame(
  { id, model, created }: AnswerHead,
  replies: readonly Pick<ReplyStream, 'usage' | 'cost'>[],
  object: 'chat.completion.chunk' | 'text_completion' = 'chat.completion.chunk'
): string {
  const usage = writeUsage(sumUsages(replies.map(reply => reply.usage)))
  const cost = writeCost(sumCosts(replies.map(reply => reply.cost)))
  return frame({ id, object, created, model, choices: [], usage, cost })
}

function frame(chunk: unknown): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

/** The host is asked with `restart: false`, so nobody sees this one. */
export function restarted(): GatewayError {
  return new GatewayError('The reply began again, and this stream cannot take back what was sent of it.', {
    status: 502,
    type: 'api_error',
    code: 'restarted'
  })
}
