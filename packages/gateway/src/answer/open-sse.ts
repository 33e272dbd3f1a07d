import type { FastifyReply } from 'fastify'
import { SseWriter } from './sse-writer.ts'

/** From here on the answer is a stream of events, written past the server, with the headers that were set on it so far. */
export function openSse(reply: FastifyReply): SseWriter {
  reply.hijack()
  const headers = Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
  return new SseWriter(reply.raw, headers)
}
