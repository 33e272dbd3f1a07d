import type { Client } from '@modelcontextprotocol/client'
import type { AgentTool } from '@resoftai/agent'
import type { OfferedTool } from './admit-tools.ts'
import { writeContent } from './write-content.ts'

/** The agent has its own limit, which ends the call by its signal. */
const noLimitMs = 2 ** 31 - 1

/** A tool of an MCP server, as an agent calls it. `ask` waits for each answer. */
export function serverTool(
  client: Client,
  { name, description, inputSchema }: OfferedTool,
  ask: <T>(answer: Promise<T>) => Promise<T>
): AgentTool {
  // With it the SDK sends the headers that the schema asks for; without an output schema it runs nothing of a stranger's.
  const toolDefinition = { name, inputSchema: { ...inputSchema, type: 'object' as const } }
  return {
    name,
    ...(description !== undefined && { description }),
    parameters: inputSchema,
    // Neither is this schema run: the server checks what it is given.
    check: () => [],
    async run(args, { signal }) {
      const result = await ask(client.callTool({ name, arguments: args }, { signal, timeout: noLimitMs, toolDefinition }))
      const text = writeContent(result)
      if (result.isError === true) throw new Error(text)
      return text
    }
  }
}
