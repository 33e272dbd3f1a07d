import type { AgentTool } from '@resoftai/agent'
import type { ProviderClient } from '@resoftai/core'
import type { Trace } from './trace.ts'

/** A client for a request: its calls are spans where the request has a trace. */
export function watched(client: ProviderClient, trace: Trace | undefined): ProviderClient {
  return trace === undefined ? client : trace.watch(client)
}

/** The same for tools. */
export function watchedTools(tools: readonly AgentTool[], trace: Trace | undefined): readonly AgentTool[] {
  return trace === undefined ? tools : tools.map(trace.watchTool)
}
