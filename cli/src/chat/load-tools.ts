import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AgentTool } from '@resoftai/agent'
import { HostError } from '@resoftai/core'
import type { Context } from '../context.ts'

/** The tools that a JavaScript file of the user exports, by name or as a list. */
export async function loadTools({ cwd, text }: Context, file: string): Promise<readonly AgentTool[]> {
  const path = resolve(cwd, file)
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw new HostError(
      'usage',
      text('agent.toolsBroken', { file: path, reason: error instanceof Error ? error.message : String(error) }),
      { cause: error }
    )
  }
  const tools = [...new Set(Object.values(exported).flat())].filter(isTool)
  if (tools.length === 0) throw new HostError('usage', text('agent.noTools', { file: path }), { hint: text('agent.noToolsHint') })
  return tools
}

function isTool(value: unknown): value is AgentTool {
  return typeof value === 'object' && value !== null && 'name' in value && 'run' in value && typeof value.run === 'function'
}
