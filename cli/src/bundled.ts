import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = ['@resoftai/plugin-openai-compatible', '@resoftai/plugin-simulator']

/** Folders of the plugins that come with this package. Nothing of them is loaded. */
export function bundledPlugins(): readonly string[] {
  return packages.map(name => dirname(dirname(fileURLToPath(import.meta.resolve(name)))))
}
