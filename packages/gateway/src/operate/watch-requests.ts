import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '@resoftai/core'
import type { RequestCounts } from './request-counts.ts'
import { withoutKeys } from './without-keys.ts'

/** The status that logs and counts have for a request whose client left before the answer was whole. Nobody receives it. */
const clientGone = 499

/** Counts every request, and writes a line about it: who asked what, and how it ended. Never a body, a key or an address as it was written. */
export function watchRequests(
  app: FastifyInstance,
  { counts, log }: { readonly counts: RequestCounts; readonly log: Log | undefined }
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const begun = performance.now()
    let isWhole = false
    // Not `once`, as they come once, and its three objects are kept by thousands of streams.
    reply.raw.on('finish', () => void (isWhole = true))
    // The answer's own event: a stream is written past the server, and a client that left has no `onResponse`.
    reply.raw.on('close', () => {
      const seen = {
        route: request.is404 ? 'none' : (request.routeOptions.url ?? 'none'),
        method: request.method,
        status: isWhole ? reply.raw.statusCode : clientGone,
        durationMs: performance.now() - begun
      }
      counts.add({ ...seen, overheadMs: numberOf(reply.getHeader('x-resoftai-overhead-ms')) })
      log?.info('request', { requestId: request.id, ...seen, durationMs: Math.round(seen.durationMs), ...whoAndWhat(request, reply) })
    })
    done()
  })
}

function whoAndWhat({ caller, outcome, body }: FastifyRequest, { statusCode }: FastifyReply) {
  const last = outcome.tries.at(-1)
  const model = statusCode < 400 ? (last?.model ?? askedModel(body)) : undefined
  return {
    ...(caller.kind === 'key' && { key: caller.key.name }),
    ...(last !== undefined && { provider: last.provider }),
    // What was refused may be anything, and so is not told.
    ...(typeof model === 'string' && { model: withoutKeys(model) }),
    ...(outcome.failure !== undefined && { failed: outcome.failure.code })
  }
}

function askedModel(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? (body as { readonly model?: unknown }).model : undefined
}

function numberOf(header: unknown): number | undefined {
  return typeof header === 'string' ? Number(header) : undefined
}
