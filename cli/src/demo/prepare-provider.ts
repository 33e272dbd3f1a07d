import type { Context } from '../context.ts'
import { bundledPlugins } from '../bundled.ts'

const plugin = 'openai-compatible'

export interface Prepared {
  readonly provider: string
  readonly simulated: boolean
  /** Where the host looks for configuration and `.env`. */
  readonly cwd: string
  close(): Promise<void>
}

/** Installs the plugin, then takes the provider that a key in the environment or `.env` makes, else the simulator behind the same plugin. */
export async function prepareProvider(context: Context, home: string, step: (line: string) => void): Promise<Prepared> {
  const { installPlugin } = await import('@resoftai/core')
  const { text, cwd } = context
  const { version } = await installPlugin(plugin, { home, cwd, bundled: bundledPlugins() })
  step(text('demo.installed', { plugin, version }))
  const real = await findRealProvider(context, home)
  if (real !== undefined) {
    step(text('demo.real', { name: real }))
    return { provider: real, simulated: false, cwd, async close() {} }
  }
  return useSimulator(context, home, step)
}

/** A provider that needs no configuration but a key that is there. */
async function findRealProvider({ cwd, env, pluginPaths }: Context, home: string): Promise<string | undefined> {
  const { findPlugins, implicitProviders, loadConfig, resolveHome, secretStore } = await import('@resoftai/core')
  const config = await loadConfig({ cwd, env, home: resolveHome(env), config: {} })
  const { plugins } = findPlugins({ home, bundled: bundledPlugins(), paths: pluginPaths })
  const manifests = plugins.map(({ manifest }) => manifest)
  const found = implicitProviders({ manifests, config, secrets: secretStore({ home }) })
  return Object.keys(found).find(name => found[name]?.['plugin'] !== 'simulator')
}

async function useSimulator({ text, env }: Context, home: string, step: (line: string) => void): Promise<Prepared> {
  const { resolveHome, secretStore, setProviderConfig } = await import('@resoftai/core')
  const { serveSimulator } = await import('@resoftai/plugin-simulator/serve')
  const service = await serveSimulator({ port: 0 })
  step(text('demo.simulator', { url: service.url }))
  await setProviderConfig(resolveHome(env).configFile, plugin, { api_base: `${service.url}/v1`, default_model: 'canned' })
  // The simulator takes any key; it goes the way a real one would.
  secretStore({ home }).set(plugin, 'api_key', 'simulator-needs-no-key')
  step(text('demo.configured', { plugin, url: service.url }))
  return { provider: plugin, simulated: true, cwd: home, close: () => service.close() }
}
