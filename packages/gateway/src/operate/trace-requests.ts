import type { Attributes, Context, Tracer } from '@opentelemetry/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readTraceParent } from './read-trace-parent.ts'
import type { TraceApi } from './trace.ts'

/** Those that the conventions know. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'])

/** A span for each request, below that of its client. Never an address as it was written, a header, a body or a key. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  let open: ((request: FastifyRequest, reply: FastifyReply) => void) | undefined
  app.addHook('onReady', async () => {
    const [api, { traceCalls }, { traceTool }] = await Promise.all([
      import('@opentelemetry/api'),
      import('./trace-calls.ts'),
      import('./trace-tools.ts')
    ])
    open = (request, reply) => {
      const place = { api, tracer, context: begin(request, reply, api, tracer) }
      request.trace = { watch: client => traceCalls(client, place), watchTool: tool => traceTool(tool, place) }
    }
  })
  app.addHook('onRequest', (request, reply, done) => {
    open?.(request, reply)
    done()
  })
}

/** What lies below the span of a request. */
function begin(request: FastifyRequest, reply: FastifyReply, api: TraceApi, tracer: Tracer): Context {
  const { method, is404, routeOptions, headers, id } = request
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const parent = readTraceParent(headers['traceparent'])
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
  const isKnown = methods.has(method)
  const route = is404 ? undefined : routeOptions.url
  const attributes = {
    'http.request.method': isKnown ? method : '_OTHER',
    'url.scheme': 'http',
    // With its parameters by their names: what a client writes there may be a key.
    ...(route !== undefined && { 'http.route': route, 'url.path': route }),
    'network.protocol.version': request.raw.httpVersion,
    'resoftai.request_id': id
  }
  const name = isKnown ? method : 'HTTP'
  const span = tracer.startSpan(route === undefined ? name : `${name} ${route}`, { kind: SpanKind.SERVER, attributes }, context)
  reply.raw.once('close', () => {
    const { error, ...ending } = endOf(request, reply)
    span.setAttributes(ending)
    if (error !== undefined) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
  return trace.setSpan(context, span)
}

function endOf({ caller, outcome }: FastifyRequest, { raw }: FastifyReply): Attributes & { readonly error?: string } {
  const error = errorOf(outcome.failure, raw)
  return {
    ...(raw.headersSent && { 'http.response.status_code': raw.statusCode }),
    ...(caller.kind === 'key' && { 'resoftai.key': caller.key.name }),
    ...(error !== undefined && { error })
  }
}

/** What the client did wrong is no error of the server. */
function errorOf(failure: FastifyRequest['outcome']['failure'], { statusCode, writableFinished }: FastifyReply['raw']): string | undefined {
  if (!writableFinished) return 'cancelled'
  if (statusCode >= 400 && statusCode < 500) return undefined
  return failure?.code ?? (statusCode >= 500 ? String(statusCode) : undefined)
}
