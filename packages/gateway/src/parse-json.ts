import type { FastifyInstance, FastifyRequest } from 'fastify'
import { badRequest } from './error.ts'
import { digestOf } from './guard/digest.ts'
import { hasTooManyKeys, skim } from './openai/index.ts'
import { readBody } from './read-body.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is a `Skimmed` one where it can be. */
    readonly skims?: boolean
  }
}

/** Looking at each smaller body would cost more than its keys do. */
const largeChars = 1_000_000
/** An honest request of that size has some thousand. */
const mostKeys = 200_000

const nothing = Buffer.alloc(0)

/**
 * What bodies may leave behind before it is collected: several share a collection then, and it comes before V8 searches all memory, of which an idle
 * heap may grow by 10 MB.
 */
const bytesToCollect = 4 * 2 ** 20

interface BodyReading {
  readonly mostBytes: () => number
  readonly collectYoung: (() => void) | undefined
}

/** Bodies are JSON. A million keys would take seconds to read, and a key that changes every object is refused. */
export function parseJson(app: FastifyInstance, { mostBytes, collectYoung = () => {} }: BodyReading): void {
  let uncollected = 0
  const parser = app.getDefaultJsonParser('error', 'error')
  const parse = (request: FastifyRequest, text: string): unknown => {
    if (text.length > largeChars && hasTooManyKeys(text, mostKeys)) throw badRequest('The request body has too many keys.')
    let parsed: unknown
    void parser(request, text, (error, body) => {
      if (error !== null) throw error
      parsed = body
    })
    return parsed
  }
  app.addContentTypeParser('application/json', (request, payload, done) => {
    readBody(payload, Number(request.headers['content-length']), mostBytes(), (error, bytes = nothing) => {
      if (request.headers['idempotency-key'] !== undefined) request.bodyDigest = digestOf(bytes)
      if (error !== null) return done(error)
      uncollected += bytes.length
      if (uncollected > bytesToCollect) {
        uncollected = 0
        collectYoung()
      }
      const { skims } = request.routeOptions.config
      let body: unknown
      try {
        body = (skims === true ? skim(bytes, text => parse(request, text)) : undefined) ?? parse(request, bytes.toString('utf8'))
      } catch (failure) {
        return done(failure as Error)
      }
      done(null, body)
    })
  })
}
