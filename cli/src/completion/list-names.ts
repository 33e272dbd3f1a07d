import { readPluginIndex } from '../plugin-index.ts'

/** Names of plugins, or of providers that the configuration or a key in the environment makes. */
export async function listNames(kind: 'provider' | 'plugin'): Promise<readonly string[]> {
  const context = { cwd: process.cwd(), env: process.env, pluginPaths: [] }
  if (kind === 'plugin') {
    const { plugins, broken } = readPluginIndex(context)
    return [...plugins, ...broken].map(({ id }) => id)
  }
  const { openSetup } = await import('../setup.ts')
  return Object.keys((await openSetup(context)).entries)
}
