import type { ProviderClient } from '@resoftai/core'
import type { Trace } from './trace.ts'

/** A client for a request: its calls are spans where the request has a trace. */
export function watched(client: ProviderClient, trace: Trace | undefined): ProviderClient {
  return trace === undefined ? client : trace.watch(client)
}
