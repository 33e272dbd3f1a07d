import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { InFlight } from './in-flight.ts'

/** Notes which requests are being handled, whether or not their clients are still there. For routes that are added later. */
export function watchHandlers(app: FastifyInstance, inFlight: InFlight<FastifyRequest>): void {
  app.addHook('onRoute', route => {
    const { handler } = route
    route.handler = async function (request, reply) {
      const place = inFlight.begin(request)
      try {
        return await handler.call(this, request, reply)
      } finally {
        inFlight.end(place)
      }
    }
  })
}
