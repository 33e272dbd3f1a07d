import type { FastifyReply } from 'fastify'
import { openSse } from '../answer/open-sse.ts'
import type { Run } from './run.ts'

/** Streams what follows an event of a run to a client. */
export async function followRun(reply: FastifyReply, run: Run, after: number): Promise<void> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  if (reply.raw.destroyed) gone.abort()
  const writer = openSse(reply)
  // The next event may be long in coming.
  reply.raw.flushHeaders()
  await run.read(after, { write: frame => writer.write(frame), gone: gone.signal })
  writer.end()
}
