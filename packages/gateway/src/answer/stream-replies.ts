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
  const { replies, end, errorFrame } = answer
  const { outcome, recording } = reply.request
  const writer = await begin(reply, call, answer)
  try {
    const [only, ...others] = replies.map(one => pass(one, writer, recording))
    // A list of one would keep seven objects more.
    await (others.length === 0 ? only : Promise.all([only, ...others]))
    const last = end()
    recording?.add(last)
    await recording?.keepStream()
    await writer.write(last)
  } catch (error) {
    outcome.fail(error)
    await leave(call, replies)
    if (!reply.raw.destroyed) await writer.write(errorFrame(error))
  } finally {
    for (const { stream } of replies) call.spend(stream.usage)
    await recording?.release()
    writer.end()
  }
}

/** Writes the first event of each reply. */
async function begin(reply: FastifyReply, call: ClientCall, { replies, headers }: StreamAnswer): Promise<SseWriter> {
  const firsts = await firstFrames(call, replies)
  reply.headers(headers())
  const writer = openSse(reply)
  for (const frames of firsts) await put(frames, writer, reply.request.recording)
  return writer
}

async function firstFrames(call: ClientCall, replies: StreamAnswer['replies']): Promise<readonly string[]> {
  try {
    const firsts = await Promise.all(replies.map(({ events }) => events.next()))
    return firsts.map((first, index) => framesOf(first, replies[index]!.stream) ?? '')
  } catch (error) {
    await leave(call, replies)
    throw error
  }
}

/** The rest of a reply. No event has a name here: it would be kept while its stream waits for the next. */
async function pass({ events, stream }: StreamedReply, writer: SseWriter, recording: Recording | undefined): Promise<void> {
  const putNext = (next: Next): Promise<void> | 'over' | undefined => {
    const frames = framesOf(next, stream)
    return frames === undefined ? 'over' : put(frames, writer, recording)
  }
  for (;;) {
    const wait = putNext(await events.next())
    if (wait === 'over') return
    if (wait !== undefined) await wait
  }
}

type Next = IteratorResult<ChatEvent, void>

/** `undefined` behind the last event. */
function framesOf(next: Next, stream: ReplyStream): string | undefined {
  return next.done === true ? undefined : stream.write(next.value)
}

/** A promise only where the client is slower than the vendor. */
function put(frames: string, writer: SseWriter, recording: Recording | undefined): Promise<void> | undefined {
  if (frames === '') return undefined
  recording?.add(frames)
  return writer.write(frames)
}

/** Closes the connections to the vendors, also to those that are silent. */
async function leave(call: ClientCall, replies: StreamAnswer['replies']): Promise<void> {
  call.abandon()
  await Promise.allSettled(replies.map(({ events }) => events.return()))
}
