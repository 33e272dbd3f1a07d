import type { FastifyInstance } from 'fastify'

/** What a page may read of an answer, beside what every page may. */
const exposed = [
  'retry-after',
  'idempotent-replayed',
  ...['request-id', 'provider', 'model', 'attempts', 'cost', 'overhead-ms', 'warnings'].map(name => `x-resoftai-${name}`)
].join(', ')

const headerNames = /^[\w-]{1,100}(, ?[\w-]{1,100}){0,50}$/

/**
 * Lets pages of these origins ask, and no others: compared whole, never `*`, never with credentials, as a key travels in a header that the page
 * sets itself.
 */
export function allowOrigins(app: FastifyInstance, origins: () => ReadonlySet<string>): void {
  app.addHook('onRequest', (request, reply, done) => {
    const allowed = origins()
    if (allowed.size === 0) return done()
    const { origin, 'access-control-request-method': method, 'access-control-request-headers': headers } = request.headers
    reply.header('vary', 'Origin')
    if (origin === undefined || !allowed.has(origin)) return done()
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed })
    if (request.method !== 'OPTIONS' || method === undefined) return done()
    void reply
      .status(204)
      .headers({
        'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
        ...(headers !== undefined && headerNames.test(headers) && { 'access-control-allow-headers': headers }),
        'access-control-max-age': '600'
      })
      .send()
  })
}
