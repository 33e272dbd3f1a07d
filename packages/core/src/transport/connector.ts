import { lookup as dnsLookup } from 'node:dns'
import { Socket, type LookupFunction } from 'node:net'
import { ProviderError } from '@resoftai/sdk'
import { buildConnector } from 'undici'
import { forbiddenAddress, mayConnect, type Reach } from './addresses.ts'
import { skipContinue } from './skip-continue.ts'

export type Connector = buildConnector.connector
type Connected = buildConnector.Callback

/** `NODE_TLS_REJECT_UNAUTHORIZED` must not weaken what carries keys. HTTP/2 is not offered (docs/decisions/0008). */
export const tlsOptions = { rejectUnauthorized: true, allowH2: false } as const

/** Gives up a connection that is still being made. Default: it was not made in time. */
export type GiveUp = (error?: Error) => void

/** A request, by what undici does not tell it about its connection. */
export interface Passenger {
  giveUp: GiveUp | undefined
  /** The connection carried another request before. */
  isReused: boolean
}

/** What the connections of one transport have in common. */
export interface Connections {
  /** Those that are being made. */
  readonly pending: Set<GiveUp>
  /** The request that is given to undici at this moment: a connection that is begun now is made for it. */
  dispatching: Passenger | undefined
  /** The request that undici begins to write at this moment. */
  writing: Passenger | undefined
}

export interface ConnectorOptions {
  readonly reach: Reach
  readonly timeoutMs: number
  readonly lookup: LookupFunction | undefined
}

/** Makes connections to addresses that may be reached. */
export function createConnector({ reach, timeoutMs, lookup = dnsLookup }: ConnectorOptions, connections: Connections): Connector {
  // The limit is ours: undici's fires up to a second late.
  const connect = buildConnector({ ...tlsOptions, timeout: 0, lookup: judgedLookup(lookup, reach), autoSelectFamilyAttemptTimeout: 500 })
  return withinLimit(connect, { timeoutMs }, connections)
}

/** One limit for name, connection and TLS together; a connection that comes later is closed. */
export function withinLimit(
  connect: Connector,
  { timeoutMs, through = '' }: { readonly timeoutMs: number; readonly through?: string },
  connections: Connections
): Connector {
  const { pending } = connections
  return (options, callback) => {
    const settle = (...result: Parameters<Connected>): void => {
      if (!pending.delete(giveUp)) return void result[1]?.destroy()
      clearTimeout(timer)
      // With an error there may be no second argument at all.
      if (result[1]) watchSocket(result[1], connections)
      callback(...result)
    }
    const giveUp: GiveUp = (error = lateError(options.hostname + through, timeoutMs)) => {
      if (!pending.has(giveUp)) return
      settle(error, null)
      if (attempt instanceof Socket) attempt.destroy()
    }
    pending.add(giveUp)
    if (connections.dispatching !== undefined) connections.dispatching.giveUp = giveUp
    const timer = setTimeout(() => giveUp(), timeoutMs)
    // undici's own connector hands out the socket it works on, which its type does not tell.
    const attempt: unknown = connect(options, settle)
  }
}

function watchSocket(socket: Socket, connections: Connections): void {
  let isUsed = false
  skipContinue(socket, () => {
    if (connections.writing !== undefined) connections.writing.isReused = isUsed
    connections.writing = undefined
    isUsed = true
  })
}

/**
 * Judges addresses in the lookup whose answer is connected to, so that a name cannot mean one address when it is checked and another
 * one when it is used.
 */
function judgedLookup(lookup: LookupFunction, reach: Reach): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found, family = 4) => {
      if (error) return callback(error, [])
      const all = typeof found === 'string' ? [{ address: found, family }] : found
      const allowed = all.filter(({ address }) => mayConnect(host, address, reach))
      const [first] = allowed
      if (first === undefined) return callback(forbiddenAddress(host, all, reach) as NodeJS.ErrnoException, [])
      if (options.all === true) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }
}

function lateError(host: string, timeoutMs: number): ProviderError {
  return new ProviderError('timeout', `No connection to ${host} was made within ${timeoutMs / 1000} s.`, {
    code: 'connect',
    hint: 'Check api_base, and that the service is reachable from here; or raise `connect_timeout` for this provider.'
  })
}
