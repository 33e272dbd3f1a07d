import { createHost as createCoreHost, type Host, type HostOptions } from '@resoftai/core'
import { bundledPlugins } from './bundled.ts'
import { openStorage } from './open-storage.ts'

export type {
  Ask,
  BudgetState,
  CallOptions,
  CallRecord,
  EmbedAsk,
  Exchange,
  Health,
  Host,
  HostErrorKind,
  HostOptions,
  HttpRequest,
  HostParts,
  LedgerStore,
  LedgerView,
  LocalText,
  Log,
  LogOptions,
  Manifest,
  Problem,
  ProviderClient,
  ProviderInfo,
  ProviderStats,
  RecordFilter,
  Redactor,
  ResponseHead,
  Totals,
  TotalsBy,
  Transport,
  TransportOptions
} from '@resoftai/core'
export { createLog, createRedactor, createTransport, histogramBounds, HostError, isHostError } from '@resoftai/core'
export * from '@resoftai/agent'
export * from '@resoftai/sdk'

/**
 * A host that finds configuration and plugins as the command line does, the plugins that come with `resoftai` included.
 * Throws `HostError` `config` with every mistake of the configuration at once.
 */
export function createHost(options: HostOptions = {}): Promise<Host> {
  return createCoreHost({ openStorage, ...options, bundled: options.bundled ?? bundledPlugins() })
}
