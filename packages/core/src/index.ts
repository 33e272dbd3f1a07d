import type { Host } from './client.ts'
import type { HostOptions } from './host-options.ts'

export type { BudgetState, Per, Subject } from './budget/index.ts'
export { decimalOf } from './budget/decimal-of.ts'
export type * from './client.ts'
export * from './config/index.ts'
export * from './cost/index.ts'
export * from './error.ts'
export type * from './host-options.ts'
export type * from './ledger/types.ts'
export { LiveList, type LivePlace } from './live-list.ts'
export * from './observe/index.ts'
export type * from './parts.ts'
export * from './plugins/index.ts'
export type { Exchange, HttpRequest, ResponseHead, Transport } from './transport/index.ts'
export { readProxies } from './transport/proxy.ts'
export { createTransport, type TransportOptions } from './transport/transport.ts'

/**
 * A host that finds configuration and plugins as the command line does. Nothing of a plugin is loaded before its provider is first used.
 * Throws `HostError` `config` with every mistake of the configuration at once.
 */
export async function createHost(options?: HostOptions): Promise<Host> {
  const { composeHost } = await import('./host.ts')
  return composeHost(options)
}
