import type { Dispatcher } from 'undici'
import { ProviderError } from '@resoftai/sdk'
import { UndiciExchange, type Exchange } from './exchange.ts'

/** A request as it goes onto the socket, real secrets included. Never logged. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Opens connections. One for each host; a pool for each origin behind it. */
export interface Transport {
  /** The exchange has begun; `exchange.response` settles with the status line. */
  send(request: HttpRequest): Promise<Exchange>
  close(): Promise<void>
}

/** FAULTS.md section 0. */
const connectTimeoutMs = 10_000

/** undici loads with the first request: it is the heaviest import the host has. */
export function createTransport(): Transport {
  let dispatcher: Promise<Dispatcher> | undefined
  const load = async () => {
    const { Agent } = await import('undici')
    // The host has its own clocks; pipelining would let one slow answer hold up another; HTTP/2 is not offered.
    return new Agent({
      connect: { timeout: connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: 30_000
    })
  }
  return {
    async send(request) {
      const agent = await (dispatcher ??= load())
      const exchange = new UndiciExchange()
      try {
        agent.dispatch(
          { origin: request.origin, path: request.path, method: request.method, headers: request.headers, body: request.body ?? null },
          exchange
        )
      } catch (error) {
        // undici refuses a malformed header or path before a byte is sent; its message names the header, never the value.
        throw new ProviderError('bad_request', `The request cannot be sent: ${(error as Error).message}.`, { cause: error })
      }
      return exchange
    },
    async close() {
      await (await dispatcher)?.destroy()
    }
  }
}
