import { pathToFileURL } from 'node:url'
import { openToolbox, type AgentTool } from '@resoftai/agent'
import type { ToolSet } from './tool-set.ts'

/** The tools that a file exports, one by one or in lists. Throws when it fails, exports none, or one that is wrong. */
export async function openModule(file: string, only: readonly string[] | undefined): Promise<ToolSet> {
  const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  const found = [...new Set(Object.values(exported).flat())].filter(isTool)
  if (found.length === 0) throw new Error('The module exports no tool: an object with a `name` and a function `run`.')
  const toolbox = await openToolbox(found)
  if (toolbox.size < found.length) throw new Error('Two tools of the module have the same name.')
  // Compiled once, and not again for each message.
  const tools = [...toolbox.values()]
    .filter(({ tool }) => only?.includes(tool.name) ?? true)
    .map(({ tool, check }): AgentTool => ({ ...tool, check, run: (args, context) => tool.run(args, context) }))
  return { list: async () => tools, ended: new Promise(() => {}), close: async () => {} }
}

function isTool(value: unknown): value is AgentTool {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('run' in value)) return false
  return typeof value.name === 'string' && value.name !== '' && typeof value.run === 'function'
}
