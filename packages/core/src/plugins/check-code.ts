import { providerFields, providerSchema } from '../config/provider-fields.ts'
import type { Problem } from '../error.ts'
import { compileSchema } from '../schema/compile.ts'
import { inFile } from './check-manifest.ts'
import { judge, type PluginCheck } from './check-result.ts'
import { requireDependencies } from './dependencies.ts'
import { copyHostPackages } from './host-packages.ts'
import { readPackage } from './judge-package.ts'
import type { PluginPackage } from './manifest.ts'
import { packFolder } from './pack-folder.ts'
import { probeEntry } from './probe.ts'
import { sampleConfig } from './sample-config.ts'
import type { Manifest } from './types.ts'

export interface CodeCheck {
  readonly checks: readonly PluginCheck[]
  /** What `create` made, when it came so far. */
  readonly made?: 'dialect' | 'provider'
}

/** Packs the plugin into a new folder as `npm pack` would, and loads that copy. `tryCreate`: with a config made from the manifest. */
export async function checkCode(
  { directory, packageJson, manifest, manifestFile }: PluginPackage,
  copy: string,
  bundled: readonly string[],
  tryCreate: boolean
): Promise<CodeCheck> {
  const whole = await judge('package', 'package', () => {
    packFolder(directory, packageJson, copy)
    copyHostPackages(copy, { bundled })
    requireDependencies(readPackage(copy, directory))
  })
  if (!whole.ok) return { checks: [whole] }
  const probe = { id: manifest.id, entryFile: readPackage(copy).entryFile, confinedTo: copy, shownAs: directory }
  const load = () => judge('package', 'entry', async () => void (await probeEntry(probe)))
  if (!tryCreate) return { checks: [whole, await load()] }
  const config = sampleConfig(manifest)
  let made: CodeCheck['made']
  const create = await judge('create', 'create', async () => {
    const unfit = inFile(manifestFile, await sampleProblems(manifest, config))
    if (unfit.length > 0) return unfit
    made = await probeEntry({ ...probe, config })
  })
  // What made something was loaded before; else it is tried apart, to tell one from the other.
  const entry = create.ok ? await judge('package', 'entry', () => {}) : await load()
  return { checks: entry.ok ? [whole, entry, create] : [whole, entry], ...(made !== undefined && { made }) }
}

async function sampleProblems(manifest: Manifest, config: Readonly<Record<string, unknown>>): Promise<readonly Problem[]> {
  const validate = await compileSchema(providerSchema(manifest, providerFields(manifest)))
  return validate(config, { prefix: ['config', 'properties'] }).map(problem => ({
    ...problem,
    message: `There is no example config to try create() with: ${problem.message}`,
    suggestion: 'Give the field "examples".'
  }))
}
