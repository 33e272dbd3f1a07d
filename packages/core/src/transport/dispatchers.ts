import type { LookupFunction } from 'node:net'
import { Agent, Pool, ProxyAgent, type Dispatcher } from 'undici'
import type { Reach } from './addresses.ts'
import { createConnector, tlsOptions, withinLimit, type Connections, type Connector, type Passenger } from './connector.ts'
import { unusableProxy, type Proxy } from './proxy.ts'
import { speaksTls } from './speaks-tls.ts'

/** What two requests must have in common to share connections. */
export interface Route {
  readonly reach: Reach
  readonly connectTimeoutMs: number
  readonly proxy: Proxy | undefined
  /** On a connection of its own, which is closed behind the answer. */
  readonly isFresh?: boolean
}

// Pipelining would let one slow answer hold up another.
const common = { pipelining: 1, allowH2: false, keepAliveTimeout: 30_000 } as const

/** One pool of connections for each route and origin. */
export class Dispatchers {
  #made = new Map<string, Dispatcher>()
  #connections: Connections = { pending: new Set(), dispatching: undefined, writing: undefined }
  #lookup: LookupFunction | undefined

  constructor(lookup: LookupFunction | undefined) {
    this.#lookup = lookup
  }

  /** Throws when the request cannot be sent as it is; any other failure is told to the exchange. */
  dispatch(route: Route, options: Dispatcher.DispatchOptions, exchange: Dispatcher.DispatchHandler & Passenger): void {
    const dispatcher = this.#of(route)
    const { dispatching } = this.#connections
    this.#connections.dispatching = exchange
    try {
      dispatcher.dispatch(options, exchange)
    } finally {
      this.#connections.dispatching = dispatching
    }
  }

  /** undici begins to write the request. */
  onStart(request: Passenger): void {
    this.#connections.writing = request
  }

  /** True when an `http:` origin expects TLS. */
  wantsTls(route: Route, origin: string): Promise<boolean> {
    return speaksTls(this.#connector({ ...route, connectTimeoutMs: Math.min(1_000, route.connectTimeoutMs) }), origin)
  }

  async close(): Promise<void> {
    for (const giveUp of this.#connections.pending) giveUp()
    await Promise.all([...this.#made.values()].map(dispatcher => dispatcher.destroy()))
  }

  #of(route: Route): Dispatcher {
    const { reach, connectTimeoutMs, proxy, isFresh } = route
    const key = `${proxy?.url ?? reach} ${connectTimeoutMs} ${isFresh}`
    let made = this.#made.get(key)
    if (made === undefined) {
      made = proxy === undefined ? new Agent({ ...common, connect: this.#connector(route) }) : this.#throughProxy(proxy, connectTimeoutMs)
      this.#made.set(key, made)
    }
    return made
  }

  #connector({ reach, connectTimeoutMs }: Route): Connector {
    return createConnector({ reach, timeoutMs: connectTimeoutMs, lookup: this.#lookup }, this.#connections)
  }

  /** Names are resolved by the proxy, so of the rules for addresses only those for literals hold here. */
  #throughProxy({ url, name, variable }: Proxy, timeoutMs: number): Dispatcher {
    const tls = { ...tlsOptions, timeout: timeoutMs }
    const limit = (options: object) => {
      const { connect } = options as Connecting
      return {
        ...common,
        ...options,
        connect: withinLimit(connect, { timeoutMs, through: ` through the proxy ${name}` }, this.#connections)
      }
    }
    try {
      return new ProxyAgent({
        ...common,
        uri: url,
        connectTimeout: timeoutMs,
        requestTls: tls,
        // With it undici would speak TLS to a SOCKS proxy.
        ...(url.startsWith('https:') && { proxyTls: tls }),
        // The answer to CONNECT may take as long as a connection.
        clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: timeoutMs }),
        factory: (origin, options) => new Pool(origin, limit(options))
      })
    } catch {
      throw unusableProxy(variable)
    }
  }
}

/** What undici gives to a factory, which its type does not tell. */
interface Connecting {
  readonly connect: Connector
}
