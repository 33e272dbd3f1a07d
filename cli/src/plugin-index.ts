import type { FoundPlugin } from '@resoftai/core'
import { findPlugins, HostError, resolveHome, type PluginIndex } from '@resoftai/core/find'
import { bundledPlugins } from './bundled.ts'
import type { Context } from './context.ts'

/** The plugins that this command line sees. Only their manifests are read. */
export function readPluginIndex({ env, pluginPaths }: Pick<Context, 'env' | 'pluginPaths'>): PluginIndex {
  const { home } = resolveHome(env)
  return findPlugins({ home, bundled: bundledPlugins(), paths: pluginPaths })
}

/** By id or alias. Throws `HostError` that says why it cannot be used, or what it may have been meant to be. */
export function getPlugin(index: PluginIndex, asked: string, { text }: Pick<Context, 'text'>): FoundPlugin {
  const plugin = index.get(asked)
  if (plugin !== undefined) return plugin
  const broken = index.broken.find(({ id }) => id === asked)
  if (broken !== undefined) {
    const kind = broken.state === 'incompatible' ? 'incompatible' : 'plugin'
    throw new HostError(kind, text('plugin.unusable', { id: asked, directory: broken.directory }), { problems: broken.problems })
  }
  const near = index.nearest(asked)
  const known = text('plugin.known', { names: index.plugins.map(({ id }) => id).join(', ') })
  const hint = near === undefined ? known : `${text('usage.nearest', { name: near })} ${known}`
  throw new HostError('not_found', text('plugin.unknown', { id: asked }), { hint })
}
