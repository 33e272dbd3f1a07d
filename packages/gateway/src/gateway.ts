import { randomUUID } from 'node:crypto'
import type { Tracer } from '@opentelemetry/api'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Host, Log } from '@resoftai/core'
import type { ConversationStore, KeyStore, ReplyStore } from '@resoftai/storage'
import { answerError, notFound } from './answer/answer-error.ts'
import { answerOnce } from './answer/answer-once.ts'
import { noteFailures } from './answer/note-failures.ts'
import { Outcome, type TellFailure } from './answer/outcome.ts'
import { InFlight } from './answer/in-flight.ts'
import { RunningCalls } from './answer/running-calls.ts'
import { watchHandlers } from './answer/watch-handlers.ts'
import { accessOf } from './guard/access.ts'
import { authenticate } from './guard/authenticate.ts'
import { checkHead } from './guard/check-head.ts'
import { nobody } from './guard/caller.ts'
import { KeyRing } from './guard/key-ring.ts'
import { KeyLimits } from './guard/limits.ts'
import { docsRoutes } from './docs/routes.ts'
import { makeGeneration, type Settings } from './generation.ts'
import { parseJson } from './parse-json.ts'
import { allowOrigins } from './operate/cors.ts'
import { HostStats } from './operate/host-stats.ts'
import { logFailure } from './operate/log-failure.ts'
import { Pressure, type PressureLimits } from './operate/pressure.ts'
import type { Reloads } from './operate/reloads.ts'
import { RequestCounts } from './operate/request-counts.ts'
import type { Spending } from './operate/spending.ts'
import { traceRequests } from './operate/trace-requests.ts'
import { watchRequests } from './operate/watch-requests.ts'
import type { GatewayParts } from './parts.ts'
import { adminRoutes } from './routes/admin.ts'
import { anthropicRoutes } from './routes/anthropic.ts'
import { chatRoutes, type ChatOptions } from './routes/chat.ts'
import { openaiRoutes } from './routes/openai.ts'
import { operateRoutes } from './routes/operate.ts'
import type { ToolSources } from './tools/index.ts'

export interface GatewayOptions extends Settings {
  readonly keys: KeyStore
  /** Where the chat backend keeps its conversations. Without it there is none. */
  readonly conversations?: ConversationStore
  /** Where answers are kept for requests with an `Idempotency-Key`. Without it that header means nothing. */
  readonly replies?: ReplyStore
  /** How long the chat backend waits, for clients that come back and for turns. */
  readonly chat?: ChatOptions
  /** What the agents of the chat backend may call. They stay open when the gateway closes. */
  readonly tools?: ToolSources
  /** A line for every request (`info`), and for every failure that is not the client's. Default: none are written. */
  readonly log?: Log
  /** Makes a span of every request and of every call to a model. Default: none are made. */
  readonly tracer?: Tracer
  /** What calls use, for the metrics: its `watch` must be between the host and its ledger. Without it they tell no tokens and no costs. */
  readonly spending?: Spending
  /** How reading the configuration again went, for the metrics and `/ready`. */
  readonly reloads?: Reloads
  /** Names what does not work though requests are served, such as `log`, for `/health`. Default: nothing. */
  readonly degraded?: () => readonly string[]
  /** When requests are refused because there is too much to do. */
  readonly pressure?: PressureLimits
  /**
   * Collects young garbage: called whenever request bodies of some megabytes have been read, whose memory V8 would give back only with a search of
   * all of it. Default: that is waited for.
   */
  readonly collectYoung?: () => void
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly clock?: () => number
}

export interface Gateway {
  /** Begins to serve; returns the address, e.g. `http://127.0.0.1:8000`. Rejects when the port is in use. */
  listen(place: { readonly host: string; readonly port: number }): Promise<string>
  /**
   * Serves what comes from now on with these settings, and the defaults of those that are absent; calls that run end as they began. Throws at once,
   * and changes nothing, when one is not usable. Resolves when nothing uses the host of before any more, which whoever made it may then close.
   */
  use(settings: Settings): Promise<void>
  /** Answers a request without a socket, for tests and for other servers. */
  readonly app: FastifyInstance
  /** Serves nobody new, lets calls end that run, and ends those that are left after `drainMs` (default 30,000). */
  close(drainMs?: number): Promise<void>
}

const defaultDrainMs = 30_000
const sweepMs = 50
/** For the last words of a call that was ended. */
const lastBytesMs = 1_000

/** Times that no honest client needs, so that slow ones do not hold connections. */
const timeouts = {
  /** For a whole request to arrive. */
  requestTimeout: 60_000,
  keepAliveTimeout: 72_000
}

/** No answer is kept on its way, and none is taken for something else than it says. */
const safeHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' }

/** Requests are read by hand. By default two compilers of schemas would be loaded, for nobody. */
const noSchemas = { buildValidator: refuseSchema, buildSerializer: refuseSchema } as const

function refuseSchema(): never {
  throw new Error('The server of the gateway compiles no schemas: a route that is added to it must check its requests itself.')
}

export function createGateway({
  keys: store,
  conversations,
  replies,
  chat,
  tools,
  log,
  tracer,
  spending,
  reloads,
  degraded = () => [],
  pressure: limits,
  collectYoung,
  clock = Date.now,
  ...settings
}: GatewayOptions): Gateway {
  let current = makeGeneration(settings)
  const hosts = new HostStats()
  hosts.add(settings.host)
  const handled = new InFlight<FastifyRequest>()
  const running = new RunningCalls()
  const keys = new KeyRing(store, clock)
  const parts: GatewayParts = {
    get host() {
      return current.host
    },
    get models() {
      return current.models
    },
    keys,
    limits: new KeyLimits(),
    running,
    tools,
    clock
  }
  const app = fastify({
    genReqId: () => randomUUID(),
    // Nobody's address may be taken from a header that anybody can write.
    trustProxy: false,
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: noSchemas },
    forceCloseConnections: 'idle',
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384, requireHostHeader: true },
    ...timeouts,
    return503OnClosing: true,
    frameworkErrors: answerError
  })
  app.decorateRequest('caller')
  app.decorateRequest('outcome')
  app.decorateRequest('bodyDigest')
  app.decorateRequest('recording')
  parseJson(app, { mostBytes: () => current.maxBodyBytes, collectYoung })
  app.removeContentTypeParser('text/plain')
  const requests = new RequestCounts()
  const pressure = new Pressure(limits)
  app.addHook('onClose', async () => pressure.close())
  const tell: TellFailure = (requestId, error, answer) => log && logFailure(log, requestId, error, answer)
  app.addHook('onRequest', (request, reply, done) => {
    request.caller = nobody
    request.outcome = new Outcome(request.id, tell)
    reply.headers({ 'x-resoftai-request-id': request.id, ...safeHeaders })
    const wrong = checkHead(request.raw)
    // Nothing behind it can be trusted.
    if (wrong !== undefined) reply.header('connection', 'close')
    done(wrong)
  })
  watchRequests(app, { counts: requests, log })
  if (tracer !== undefined) traceRequests(app, tracer)
  allowOrigins(app, () => current.origins)
  app.addHook('onRequest', async request => {
    const access = accessOf(request, current)
    if (access !== 'public') pressure.check()
    request.caller = await authenticate(request, { keys, access, anonymous: current.anonymous })
  })
  app.setErrorHandler(answerError)
  noteFailures(app, answerError)
  watchHandlers(app, handled)
  if (replies !== undefined) answerOnce(app, { store: replies, limits: parts.limits, log })
  app.setNotFoundHandler(request => {
    throw notFound(request)
  })
  operateRoutes(app, parts, { requests, spending, reloads, hosts, degraded })
  docsRoutes(app)
  adminRoutes(app, parts, store)
  openaiRoutes(app, parts)
  anthropicRoutes(app, parts)
  if (conversations !== undefined) chatRoutes(app, parts, conversations, chat)
  const leave = async (host: Host) => {
    // Who took something of it is a request that is being handled now, or a call that one of these has begun.
    await handled.ended()
    await running.ended()
    if (host !== current.host) hosts.remove(host)
  }
  let closing: Promise<void> | undefined
  const close = async (drainMs: number) => {
    // No new connections from here on; the ones that idle are closed, and so are those whose reply ends meanwhile.
    const closed = app.close()
    const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs)
    // A client that does not read would be waited for without end.
    const last = setTimeout(() => app.server.closeAllConnections(), drainMs + lastBytesMs)
    await running.drain(drainMs)
    await closed
    clearInterval(sweep)
    clearTimeout(last)
  }
  return {
    app,
    listen: place => app.listen(place),
    use(next) {
      const { host } = current
      current = makeGeneration(next, current)
      hosts.add(current.host)
      return leave(host)
    },
    close: (drainMs = defaultDrainMs) => (closing ??= close(drainMs))
  }
}
