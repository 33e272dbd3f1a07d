import { possibleName } from '../commands/keys/possible-name.ts'
import { readPluginIndex } from '../plugin-index.ts'

export type NameKind = 'provider' | 'plugin' | 'route' | 'key'

/** Names of plugins, of providers that the configuration or a key in the environment makes, of routes, or of client keys in a SQLite file. */
export async function listNames(kind: NameKind): Promise<readonly string[]> {
  const context = { cwd: process.cwd(), env: process.env, pluginPaths: [] }
  if (kind === 'plugin') {
    const { plugins, broken } = readPluginIndex(context)
    return [...plugins, ...broken].map(({ id }) => id)
  }
  const { openSetup } = await import('../setup.ts')
  const setup = await openSetup(context)
  if (kind === 'key') {
    const [{ readPlace }, { peekKeyNames }] = await Promise.all([import('../serve/place.ts'), import('@resoftai/storage')])
    const names = peekKeyNames(readPlace(setup, {}).storage)
    // The shell puts them into a command line as they are.
    return names.filter(name => possibleName.test(name))
  }
  const { entries, config } = setup
  return Object.keys(kind === 'route' ? config.routes : entries)
}
