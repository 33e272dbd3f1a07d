import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { HostError } from '../error.ts'
import type { PluginPackage } from './manifest.ts'

type Names = Readonly<Record<string, unknown>>

/** What the host does not bring must be inside of the package. Throws `HostError` `plugin`. */
export function requireDependencies({ id, directory, packageJson }: PluginPackage): void {
  const { dependencies, peerDependencies, peerDependenciesMeta } = packageJson as Readonly<Record<string, Names | undefined>>
  const optional = Object.entries(peerDependenciesMeta ?? {}).flatMap(([name, meta]) =>
    (meta as { readonly optional?: unknown } | null)?.optional === true ? [name] : []
  )
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(name => !optional.includes(name))
  const missing = needed.filter(name => !existsSync(join(directory, 'node_modules', ...name.split('/'), 'package.json')))
  if (missing.length === 0) return
  throw new HostError('plugin', `Plugin ${id} needs packages that are not inside of it: ${missing.join(', ')}.`, {
    hint: 'Its author can bundle the code, or list them in bundleDependencies; dependencies are not installed.'
  })
}
