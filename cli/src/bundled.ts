import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The catalogue: plugins that come with the command. */
const packages = [
  '@resoftai/plugin-openai-compatible',
  '@resoftai/plugin-zhipu',
  '@resoftai/plugin-coze',
  '@resoftai/plugin-anthropic',
  '@resoftai/plugin-gemini',
  '@resoftai/plugin-azure-openai',
  '@resoftai/plugin-simulator'
]

/** Folders of the plugins that come with this package. Nothing of them is loaded. */
export function bundledPlugins(): readonly string[] {
  return packages.map(name => dirname(dirname(fileURLToPath(import.meta.resolve(name)))))
}
