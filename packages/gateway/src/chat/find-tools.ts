import type { AgentTool } from '@resoftai/agent'
import { badRequest } from '../error.ts'
import type { ToolSources } from '../tools/index.ts'
import type { ChatAsk } from './read-chat-body.ts'

/** What an agent may call, and what is said of tools that it must do without. */
export interface FoundTools {
  readonly tools: readonly AgentTool[]
  readonly warnings: readonly string[]
}

/** The tools that a message asks for, all where it names none. Throws `GatewayError` 400 for one that there is not. */
export async function findTools({ tools: names }: Pick<ChatAsk, 'tools'>, sources: ToolSources | undefined): Promise<FoundTools> {
  if (names?.length === 0) return { tools: [], warnings: [] }
  if (sources === undefined) {
    if (names !== undefined) throw badRequest('There are no tools here.', 'tools')
    return { tools: [], warnings: [] }
  }
  const { tools, missing } = await sources.choose(names)
  // Why is for whoever runs the gateway: it is in the log.
  return { tools, warnings: missing.map(({ source }) => `The tools of ${JSON.stringify(source)} cannot be used at the moment.`) }
}
