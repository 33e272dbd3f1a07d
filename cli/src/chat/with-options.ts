import type { AgentHost } from '@resoftai/agent'
import type { CallOptions, Host, ProviderClient } from '@resoftai/core'

/** The host for an agent, with more options for each of its calls. */
export function withOptions(host: Host, more: CallOptions): AgentHost {
  const wrap = (client: ProviderClient): Awaited<ReturnType<AgentHost['provider']>> => ({
    defaultModel: client.defaultModel,
    stream: (ask, options) => client.stream(ask, { ...options, ...more })
  })
  return { provider: async name => wrap(await host.provider(name)), model: async reference => wrap(await host.model(reference)) }
}
