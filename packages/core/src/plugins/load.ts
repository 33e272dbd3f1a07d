import { pathToFileURL } from 'node:url'
import type { ProviderDefinition } from '@resoftai/sdk'
import { HostError } from '../error.ts'
import { verifyGeneration } from './generation.ts'
import type { FoundPlugin } from './types.ts'

/** Imports the entry file of a plugin. Throws `HostError` that names the plugin, the file and what to do. */
export async function loadDefinition(plugin: FoundPlugin, { timeoutMs = 10_000 } = {}): Promise<ProviderDefinition> {
  const { id, entryFile, integrity } = plugin
  if (integrity !== undefined) verifyGeneration({ ...plugin, integrity })
  const hint = `Run \`resoftai plugin check ${plugin.directory}\`.`
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new HostError('plugin', `Plugin ${id} did not load within ${timeoutMs / 1000} s: ${entryFile} never ends.`, { hint })),
    timeoutMs
  )
  let module: Readonly<Record<string, unknown>>
  try {
    module = await Promise.race([import(pathToFileURL(entryFile).href) as Promise<typeof module>, late.promise])
  } catch (error) {
    if (error instanceof HostError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new HostError('plugin', `Plugin ${id} cannot be loaded: ${entryFile} throws ${reason}`, { hint })
  } finally {
    clearTimeout(timer)
  }
  const definition = module['default'] as Partial<ProviderDefinition> | undefined
  if (typeof definition?.create === 'function') return definition as ProviderDefinition
  throw new HostError('plugin', `Plugin ${id} has no default export with create(), in ${entryFile}.`, {
    hint: 'It must `export default defineProvider({ create })`.'
  })
}
