import type { AgentHost, AgentProvider } from '@resoftai/agent'
import type { CallOptions, ProviderClient } from '@resoftai/core'

/** A host for an agent that asks this one only, for whoever the options name. */
export function agentHost(client: ProviderClient, options: CallOptions): AgentHost {
  const provider: AgentProvider = {
    defaultModel: client.defaultModel,
    stream: (ask, own) => client.stream(ask, { ...options, ...own })
  }
  return { provider: async () => provider, model: async () => provider }
}
