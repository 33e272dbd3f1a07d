import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

type Answer = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void

/** Notes what is answered with an error, whichever shape that has. For routes that are added later. */
export function noteFailures(app: FastifyInstance, answer: Answer): void {
  app.addHook('onRoute', route => {
    const own: Answer = route.errorHandler ?? answer
    route.errorHandler = (error, request, reply) => {
      own(error, request, reply)
      request.outcome.fail(error)
    }
  })
}
