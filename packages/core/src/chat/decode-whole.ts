import { parseLeniently, isFollowUp, isProviderError, type ChatEvent, type Dialect, type FollowUp } from '@resoftai/sdk'
import type { ResponseHead } from '../transport/index.ts'
import { completeByHead, notAReply, readErrorInside } from './answer-error.ts'
import { FinishHold } from './finish-hold.ts'

type Decode = (body: unknown) => Iterable<ChatEvent> | FollowUp

/**
 * The events of a whole reply, `finish` as the last, or what to ask for next. The dialect is asked whether a body is a failure only when it
 * is no reply: most are one.
 */
export function decodeWhole(
  body: string,
  head: ResponseHead,
  dialect: Dialect,
  decode: Decode = value => dialect.decode?.(value) ?? []
): readonly ChatEvent[] | FollowUp {
  const value = parseLeniently(body)
  if (typeof value !== 'object' || value === null) throw notAReply(head, body)
  const meaning = decode(value)
  if (isFollowUp(meaning)) return meaning
  const held = new FinishHold()
  const batch: ChatEvent[] = []
  held.sort(meaning, batch)
  if (held.finish === undefined) throw readErrorInside(head, value, dialect) ?? notAReply(head, body)
  batch.push(held.finish)
  return batch
}

/** A dialect has not seen the head, which names the request and its status. */
export function withHead(error: unknown, head: ResponseHead, now: () => number): unknown {
  return isProviderError(error) ? completeByHead(error, head, now()) : error
}
