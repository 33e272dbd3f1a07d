import { providerFields, providerSchema, readPreset } from '../config/provider-fields.ts'
import type { Problem } from '../error.ts'
import { compileSchema } from '../schema/compile.ts'
import { judge, type PluginCheck } from './check-result.ts'
import type { PluginPackage } from './manifest.ts'
import type { Manifest } from './types.ts'

/** A manifest that was read well may still hold a schema that is none, or values that do not fit it. */
export async function checkManifest({ manifest, manifestFile }: PluginPackage): Promise<readonly PluginCheck[]> {
  const schema = await judge('manifest', 'schema', async () => void (await compileSchema(manifest.config, { strict: true })))
  const checks = [await judge('manifest', 'manifest', () => {}), { ...schema, problems: inFile(manifestFile, schema.problems) }]
  return schema.ok
    ? [...checks, await judge('manifest', 'presets', async () => inFile(manifestFile, await presetProblems(manifest)))]
    : checks
}

/** Each value by itself: what is missing beside it may still come from the user. */
async function presetProblems(manifest: Manifest): Promise<readonly Problem[]> {
  const fields = providerFields(manifest)
  const { type, properties, $defs = {} } = providerSchema(manifest, fields)
  const validate = await compileSchema({ type, properties, $defs })
  const defaults = Object.entries(fields).flatMap(([name, field]) => (field['default'] === undefined ? [] : [[name, field['default']]]))
  return [
    ...validate(Object.fromEntries(defaults), { prefix: ['config', 'properties'] }),
    ...Object.keys(manifest.presets ?? {}).flatMap(name => validate(readPreset(manifest, name)?.values, { prefix: ['presets', name] }))
  ]
}

export function inFile(file: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map(problem => ({ ...problem, file }))
}
