import type { LookupFunction } from 'node:net'
import { isProviderError, ProviderError } from '@resoftai/sdk'
import type { Reach } from './addresses.ts'
import type { Dispatchers } from './dispatchers.ts'
import { UndiciExchange, type Exchange } from './exchange.ts'
import { readNetworkError } from './network-error.ts'
import { proxyFinder } from './proxy.ts'

/** A request as it goes onto the socket, real secrets included. Never logged. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Pieces need their whole length in `content-length`. */
  readonly body: string | Uint8Array | readonly Uint8Array[] | undefined
  /** Default: `public`. */
  readonly reach?: Reach | undefined
  /** For the name look-up, TCP and TLS together. Default: 10,000. */
  readonly connectTimeoutMs?: number | undefined
}

/** Opens connections. One for each host; a pool for each origin behind it. */
export interface Transport {
  /** The exchange has begun; `exchange.response` settles with the status line. */
  send(request: HttpRequest): Promise<Exchange>
  close(): Promise<void>
}

export interface TransportOptions {
  /** May name proxies: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Instead of that of `node:dns`. What it answers is judged all the same. */
  readonly lookup?: LookupFunction
}

/** FAULTS.md section 0. */
const defaultConnectTimeoutMs = 10_000

/** undici loads with the first request: it is the heaviest import the host has. */
export function createTransport({ env = {}, lookup }: TransportOptions = {}): Transport {
  const findProxy = proxyFinder(env)
  /** Origins without TLS that have answered. */
  const plain = new Set<string>()
  let dispatchers: Promise<Dispatchers> | undefined
  const load = async () => new (await import('./dispatchers.ts')).Dispatchers(lookup)
  return {
    async send({ method, origin, path, headers, body, reach = 'public', connectTimeoutMs = defaultConnectTimeoutMs }) {
      const made = await (dispatchers ??= load())
      const route = { reach, connectTimeoutMs, proxy: findProxy(origin) }
      const isUnknown = route.proxy === undefined && origin.startsWith('http:') && !plain.has(origin)
      // The host has its own clocks. Said here as pools that undici makes for proxies have limits of their own.
      // undici takes anything that can be iterated, which its type does not tell.
      const options = { origin, path, method, headers, body: (body ?? null) as string | null, headersTimeout: 0, bodyTimeout: 0 }
      const exchange = new UndiciExchange({
        async explain(error, phase) {
          const failure = readNetworkError(error, phase, { host: origin.replace(/^\w+:\/\//, ''), proxy: route.proxy })
          // A server that expects TLS may close without a word. Trying again would not help, but asking it does.
          const isSilent = isUnknown && phase === 'headers' && error.message === 'other side closed'
          return isSilent && (await made.wantsTls(route, origin)) ? tlsWanted(origin) : failure
        },
        onStart: begun => made.onStart(begun),
        sendAgain: begun => made.dispatch({ ...route, isFresh: true }, { ...options, reset: true }, begun)
      })
      if (isUnknown) exchange.response.then(() => plain.add(origin)).catch(() => undefined)
      try {
        made.dispatch(route, options, exchange)
      } catch (error) {
        if (isProviderError(error)) throw error
        // undici refuses a malformed header or path before a byte is sent; its message names the header, never the value.
        throw new ProviderError('bad_request', `The request cannot be sent: ${(error as Error).message}.`, { cause: error })
      }
      return exchange
    },
    async close() {
      await (await dispatchers)?.close()
    }
  }
}

function tlsWanted(origin: string): ProviderError {
  return new ProviderError('network', `${origin} closed the connection, as it expects TLS there.`, {
    code: 'tls',
    retryable: false,
    hint: 'Write https:// in api_base.'
  })
}
