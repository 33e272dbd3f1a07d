import { readPluginIndex } from '../plugin-index.ts'

export type NameKind = 'provider' | 'plugin' | 'route'

/** Names of plugins, of providers that the configuration or a key in the environment makes, or of routes. */
export async function listNames(kind: NameKind): Promise<readonly string[]> {
  const context = { cwd: process.cwd(), env: process.env, pluginPaths: [] }
  if (kind === 'plugin') {
    const { plugins, broken } = readPluginIndex(context)
    return [...plugins, ...broken].map(({ id }) => id)
  }
  const { openSetup } = await import('../setup.ts')
  const { entries, config } = await openSetup(context)
  return Object.keys(kind === 'route' ? config.routes : entries)
}
