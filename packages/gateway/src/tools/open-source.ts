import type { ToolsConfig } from '@resoftai/core'
import type { McpOptions } from './open-server.ts'
import type { ToolSet } from './tool-set.ts'

/** Opens what an entry of the configuration names. */
export async function openSource(entry: ToolsConfig, options: McpOptions): Promise<ToolSet> {
  const [problem] = entry.problems
  if (problem !== undefined) throw new Error([problem.message, problem.suggestion].filter(part => part !== undefined).join(' '))
  const set = await openEither(entry, options)
  const names = new Set((await set.list()).map(({ name }) => name))
  const absent = entry.only?.filter(name => !names.has(name)) ?? []
  if (absent.length > 0) options.log.warn('Tools that `only` names are not there.', { absent })
  return set
}

async function openEither(entry: ToolsConfig, options: McpOptions): Promise<ToolSet> {
  if (entry.module !== undefined) {
    const { openModule } = await import('./open-module.ts')
    return openModule(entry.module, entry.only)
  }
  // The SDK of MCP is loaded for those only who have such a server.
  const { openServer } = await import('./open-server.ts')
  return openServer(entry, options)
}
