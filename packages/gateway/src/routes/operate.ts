import type { FastifyInstance } from 'fastify'
import { homePage, homePagePolicy } from '../operate/home-page.ts'
import type { HostStats } from '../operate/host-stats.ts'
import { readMetrics } from '../operate/metrics.ts'
import type { Reloads } from '../operate/reloads.ts'
import type { RequestCounts } from '../operate/request-counts.ts'
import type { Spending } from '../operate/spending.ts'
import { metricsType, writeMetrics } from '../operate/write-metrics.ts'
import type { GatewayParts } from '../parts.ts'

const open = { config: { access: 'public' } } as const

export interface Operate {
  readonly requests: RequestCounts
  readonly spending: Spending | undefined
  readonly reloads: Reloads | undefined
  readonly hosts: HostStats
  /** What does not work though requests are served. */
  readonly degraded: () => readonly string[]
}

/** What whoever runs the gateway asks: is it alive, can it serve, what is it, how does it do. */
export function operateRoutes(app: FastifyInstance, parts: GatewayParts, { requests, spending, reloads, hosts, degraded }: Operate): void {
  const hasChat = () => app.hasRoute({ method: 'POST', url: '/api/chat' })
  app.get('/', open, async (request, reply) => {
    reply.header('vary', 'Accept, Origin')
    if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
      return reply
        .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': homePagePolicy })
        .send(homePage(hasChat()))
    }
    return {
      name: 'ResoftAI gateway',
      openai: '/v1/chat/completions',
      anthropic: '/v1/messages',
      models: '/v1/models',
      ...(hasChat() && { chat: '/api/chat', conversations: '/api/conversations' }),
      keys: '/admin/keys',
      health: '/health',
      ready: '/ready',
      metrics: '/metrics',
      openapi: '/openapi.json',
      docs: '/docs'
    }
  })

  /** Who is alive is not started anew, whatever else does not work. */
  app.get('/health', open, async () => {
    const failing = degraded()
    return failing.length === 0 ? { status: 'ok' } : { status: 'degraded', failing }
  })

  /** Asks no vendor: a probe must cost nothing. */
  app.get('/ready', open, async (_request, reply) => {
    const { host } = parts
    const [providers, storage] = await Promise.all([host.providers(), isReadable(host)])
    const usable = providers.filter(({ state }) => state === 'ready')
    const ready = storage && usable.length > 0
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not_ready',
      storage: storage ? 'ok' : 'failed',
      ...(reloads !== undefined && { config: reloads.isCurrent ? 'current' : 'refused' }),
      providers: Object.fromEntries(providers.map(({ name, state }) => [name, state])),
      // Answers come without those that have failed.
      ...(parts.tools !== undefined && { tools: parts.tools.states() })
    })
  })

  app.get('/metrics', { config: { access: 'metrics' } }, async (_request, reply) =>
    reply.type(metricsType).send(writeMetrics(readMetrics({ hosts, running: parts.running, requests, spending, reloads })))
  )
}

async function isReadable({ ledger }: GatewayParts['host']): Promise<boolean> {
  try {
    await ledger.budgets()
    // Without budgets nothing was read yet.
    await ledger.records({ since: Number.MAX_SAFE_INTEGER })[Symbol.asyncIterator]().next()
    return true
  } catch {
    return false
  }
}
