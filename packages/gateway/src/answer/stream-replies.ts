import type { FastifyReply } from 'fastify'
import type { ChatEvent } from '@resoftai/sdk'
import type { ReplyStream } from '../openai/index.ts'
import type { ClientCall } from './client-call.ts'
import { openSse } from './open-sse.ts'
import type { Recording } from './recording.ts'
import type { SseWriter } from './sse-writer.ts'

/** One reply that is asked for, and what writes it. */
export interface StreamedReply {
  readonly events: AsyncGenerator<ChatEvent, void, undefined>
  readonly stream: ReplyStream
}

export interface StreamAnswer {
  readonly replies: readonly [StreamedReply, ...StreamedReply[]]
  /** Asked for when the first events are there. */
  readonly headers: () => Readonly<Record<string, string>>
  /** What follows the replies when all are complete. */
  readonly end: () => string
  readonly errorFrame: (error: unknown) => string
}

/**
 * Streams replies to a client. What fails before the first event is thrown, so that it has a status of its own; after it an error is a frame,
 * and nothing follows.
 */
export async function streamReplies(reply: FastifyReply, call: ClientCall, answer: StreamAnswer): Promise<void> {
  const { replies, headers, end, errorFrame } = answer
  const firsts = await firstEvents(call, replies)
  reply.headers(headers())
  const writer = openSse(reply)
  const { recording } = reply.request
  try {
    await Promise.all(replies.map(({ events, stream }, index) => pass(firsts[index]!, events, stream, writer, recording)))
    const last = end()
    recording?.add(last)
    await recording?.keepStream()
    await writer.write(last)
  } catch (error) {
    reply.request.outcome.fail(error)
    await leave(call, replies)
    if (!reply.raw.destroyed) await writer.write(errorFrame(error))
  } finally {
    for (const { stream } of replies) call.spend(stream.usage)
    await recording?.release()
    writer.end()
  }
}

type First = IteratorResult<ChatEvent, void>

async function firstEvents(call: ClientCall, replies: StreamAnswer['replies']): Promise<readonly First[]> {
  try {
    return await Promise.all(replies.map(({ events }) => events.next()))
  } catch (error) {
    await leave(call, replies)
    throw error
  }
}

async function pass(
  first: First,
  events: StreamedReply['events'],
  stream: ReplyStream,
  writer: SseWriter,
  recording: Recording | undefined
): Promise<void> {
  for (let next = first; next.done !== true; next = await events.next()) {
    const frames = stream.write(next.value)
    if (frames === '') continue
    recording?.add(frames)
    const wait = writer.write(frames)
    if (wait !== undefined) await wait
  }
}

/** Closes the connections to the vendors, also to those that are silent. */
async function leave(call: ClientCall, replies: StreamAnswer['replies']): Promise<void> {
  call.abandon()
  await Promise.allSettled(replies.map(({ events }) => events.return()))
}
