import type { PluginIndex } from '@resoftai/core'
import { bundledPlugins } from '../bundled.ts'
import type { Context } from '../context.ts'
import { checkOf, type Check } from './check.ts'

/** What was found, without loading any of it. */
export function checkPluginIndex({ plugins, broken, warnings }: PluginIndex, { text }: Pick<Context, 'text'>): readonly Check[] {
  const names = plugins.map(({ id }) => id).join(', ')
  const shadowed = plugins
    .filter(({ shadows }) => shadows.length > 0)
    .map(({ id, directory, shadows }): Check => {
      const message = text('doctor.shadowed', { id, directory, others: shadows.join(', ') })
      return { area: 'plugins', status: 'warning', message, name: id }
    })
  return [
    { area: 'plugins', status: 'ok', message: text('doctor.plugins', { count: plugins.length, names }) },
    ...shadowed,
    ...warnings.map(warning => checkOf('plugins', 'warning', warning)),
    ...broken.flatMap(({ id, problems }) => problems.map(problem => checkOf('plugins', 'failure', problem, id)))
  ]
}

/** `loaded`: by a provider. `failed`: the same, and the provider's check says so. */
export type CodeState = 'loaded' | 'failed' | 'untried'

/**
 * Whether the code of every enabled plugin loads. One that no provider has tried is tried apart, as `plugin check` does it; those that come with
 * the command were tried before it was published.
 */
export async function checkPluginCode(
  { plugins }: PluginIndex,
  tried: readonly { readonly plugin: string; readonly code: CodeState }[],
  { text }: Pick<Context, 'text'>
): Promise<readonly Check[]> {
  const { checkPlugin } = await import('@resoftai/core')
  const stateOf = (id: string) => tried.find(({ plugin, code }) => plugin === id && code !== 'untried')?.code
  const enabled = plugins.filter(
    ({ id, enabled: isEnabled, source }) => isEnabled && (source === 'bundled' ? stateOf(id) === 'loaded' : stateOf(id) !== 'failed')
  )
  const judged = await Promise.all(
    enabled.map(async ({ id, directory }) => {
      const checks = stateOf(id) === 'loaded' ? [] : await checkPlugin(directory, { bundled: bundledPlugins() })
      return { id, problems: checks.flatMap(({ problems }) => problems) }
    })
  )
  const well = judged.filter(({ problems }) => problems.length === 0).map(({ id }) => id)
  return [
    ...(well.length === 0 ? [] : [{ area: 'plugins', status: 'ok', message: text('doctor.code', { names: well.join(', ') }) } as const]),
    ...judged.flatMap(({ id, problems }) => problems.map(problem => checkOf('plugins', 'failure', problem, id)))
  ]
}
