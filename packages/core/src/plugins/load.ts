import { pathToFileURL } from 'node:url'
import type { ProviderDefinition } from '@resoftai/sdk'
import { HostError, isHostError } from '../error.ts'
import { withinLimit } from '../within-limit.ts'
import { definitionOf } from './definition.ts'
import { reasonOf } from './reason.ts'
import type { FoundPlugin } from './types.ts'

/**
 * Loads a plugin's code into this process. An installed plugin is first compared with what was installed. Throws `HostError`: `integrity`
 * when it differs, else `plugin`. Code that keeps the process busy cannot be stopped here; the probe before an installation finds it.
 */
export async function loadDefinition(
  plugin: FoundPlugin,
  { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}
): Promise<ProviderDefinition> {
  const { id, directory, entryFile, integrity } = plugin
  if (integrity !== undefined) {
    const { verifyGeneration } = await import('./generation.ts')
    verifyGeneration({ id, directory, integrity })
  }
  const refuse = (what: string, hint: string, cause?: unknown) =>
    new HostError('plugin', `Plugin ${id} ${what}`, { hint: `${entryFile}: ${hint}`, cause })
  const late = () =>
    refuse(`was not loaded within ${timeoutMs / 1000} s.`, 'an await at the top of its code does not end. Tell its author.')
  let module: unknown
  try {
    module = await withinLimit(import(pathToFileURL(entryFile).href), timeoutMs, late)
  } catch (error) {
    if (isHostError(error)) throw error
    const reason = reasonOf(error)
    // A folder to work in has to have them; a check brings its own.
    const lacksPackages = plugin.source === 'path' && reason.startsWith('Cannot find package')
    const todo = lacksPackages ? `run \`npm install\` in ${directory}.` : `find out more with \`resoftai plugin check ${directory}\`.`
    throw refuse(`could not be loaded: ${reason}`, todo, error)
  }
  const definition = definitionOf(module)
  if (definition !== undefined) return definition
  throw refuse('has no provider as its default export.', 'it must say `export default defineProvider({ create })`.')
}
