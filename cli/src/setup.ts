import type { Home, HostConfig, PluginIndex, Problem, ProviderEntry, ResolvedProvider, SecretStore } from '@resoftai/core'
import { readPluginIndex } from './plugin-index.ts'
import type { Context } from './context.ts'

/** What commands that look at or change the configuration work with. No plugin is loaded. */
export interface Setup {
  readonly home: Home
  readonly config: HostConfig
  readonly secrets: SecretStore
  readonly plugins: PluginIndex
  /** Providers of the configuration, and those that a key in the environment makes. */
  readonly entries: Readonly<Record<string, ProviderEntry>>
}

export interface Failure {
  readonly name: string
  readonly problems: readonly Problem[]
}

export async function openSetup(context: Pick<Context, 'cwd' | 'env' | 'pluginPaths'>): Promise<Setup> {
  const { implicitProviders, loadConfig, resolveHome, secretStore } = await import('@resoftai/core')
  const { cwd, env } = context
  const home = resolveHome(env)
  const config = await loadConfig({ cwd, env, home })
  const secrets = secretStore({ home: home.home })
  const plugins = readPluginIndex(context)
  const manifests = plugins.plugins.filter(({ enabled }) => enabled).map(({ manifest }) => manifest)
  return { home, config, secrets, plugins, entries: { ...implicitProviders({ manifests, config, secrets }), ...config.providers } }
}

/** Every provider of the configuration, judged by the schema of its plugin. */
export async function resolveAll(
  setup: Setup,
  { redactor }: Pick<Context, 'redactor'>
): Promise<{ readonly resolved: readonly ResolvedProvider[]; readonly failed: readonly Failure[] }> {
  const { completeEntry, resolveProvider } = await import('@resoftai/core')
  const { plugins, config, secrets } = setup
  const resolved: ResolvedProvider[] = []
  const failed: Failure[] = []
  for (const [name, written] of Object.entries(setup.entries)) {
    const entry = completeEntry(
      name,
      written,
      plugins.plugins.map(({ manifest }) => manifest)
    )
    const id = typeof entry['plugin'] === 'string' ? entry['plugin'] : name
    const plugin = plugins.get(id)
    if (plugin === undefined) failed.push({ name, problems: [missingPlugin(name, id, plugins)] })
    else {
      const resolution = await resolveProvider({
        name,
        entry,
        manifest: plugin.manifest,
        manifestFile: plugin.manifestFile,
        config,
        secrets
      })
      if (resolution.ok) {
        resolved.push(resolution.provider)
        for (const set of resolution.provider.secretSets) for (const secret of set.values()) redactor.add(secret)
      } else failed.push({ name, problems: resolution.problems })
    }
  }
  return { resolved, failed }
}

function missingPlugin(name: string, id: string, plugins: PluginIndex): Problem {
  const near = plugins.nearest(id)
  const message = `There is no plugin "${id}".`
  return { message, path: `providers.${name}`, suggestion: near === undefined ? 'Run `resoftai plugin list`.' : `Did you mean ${near}?` }
}
