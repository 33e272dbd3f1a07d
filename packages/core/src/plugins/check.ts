import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { providerFields, providerSchema, readPreset } from '../config/provider-fields.ts'
import { isHostError, type Problem } from '../error.ts'
import { compileSchema } from '../schema/compile.ts'
import { requireDependencies } from './dependencies.ts'
import { readPackage } from './judge-package.ts'
import { readManifest, type PluginPackage } from './manifest.ts'
import { packFolder } from './pack-folder.ts'
import { probeEntry } from './probe.ts'
import { sampleConfig } from './sample-config.ts'
import { copySdk } from './sdk-copy.ts'
import { unpackTarball } from './tarball.ts'
import type { Manifest } from './types.ts'

/** One thing that an author must get right. */
export interface PluginCheck {
  /**
   * `manifest`: it, `package.json` and the versions they want. `schema`: of the config. `presets`: they and the defaults fit the schema.
   * `package`: what would be published is whole. `entry`: the code loads. `create`: it makes a dialect or provider.
   */
  readonly name: 'manifest' | 'schema' | 'presets' | 'package' | 'entry' | 'create'
  readonly ok: boolean
  readonly problems: readonly Problem[]
}

/** See `checkPlugin` in `commands.ts`. */
export async function check(path: string): Promise<readonly PluginCheck[]> {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? checkTarball(path) : checkFolder(path)
}

async function checkTarball(file: string): Promise<readonly PluginCheck[]> {
  const stage = mkdtempSync(join(tmpdir(), 'resoftai-check-'))
  try {
    const directory = join(stage, 'package')
    await unpackTarball(file, directory)
    const checks = await checkFolder(directory)
    const shown = (problem: Problem) => (problem.file === undefined ? problem : { ...problem, file: problem.file.replace(directory, file) })
    return checks.map(({ name, ok, problems }) => ({ name, ok, problems: problems.map(shown) }))
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function checkFolder(directory: string): Promise<readonly PluginCheck[]> {
  const reading = readManifest(directory)
  if (!reading.ok) return [judged('manifest', reading.problems)]
  const { manifest, manifestFile } = reading.plugin
  const schema = await problemsOf(() => compileSchema(manifest.config, { strict: true }))
  const presets = schema.length === 0 ? [judged('presets', inFile(manifestFile, await presetProblems(manifest)))] : []
  const checks = [judged('manifest', []), judged('schema', inFile(manifestFile, schema)), ...presets]
  const stage = mkdtempSync(join(tmpdir(), 'resoftai-check-'))
  try {
    const tryCreate = !checks.some(({ ok }) => !ok)
    return [...checks, ...(await checkCode(reading.plugin, join(stage, 'package'), tryCreate))]
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function checkCode(
  { directory, packageJson, manifest, manifestFile }: PluginPackage,
  copy: string,
  tryCreate: boolean
): Promise<readonly PluginCheck[]> {
  const whole = judged(
    'package',
    await problemsOf(() => {
      packFolder(directory, packageJson, copy)
      requireDependencies(readPackage(copy, directory))
      copySdk(copy)
    })
  )
  if (!whole.ok) return [whole]
  const probe = { id: manifest.id, entryFile: readPackage(copy).entryFile, confinedTo: copy, shownAs: directory }
  const entry = judged('entry', await problemsOf(() => probeEntry(probe)))
  if (!entry.ok || !tryCreate) return [whole, entry]
  const config = sampleConfig(manifest)
  const unfit = inFile(manifestFile, await sampleProblems(manifest, config))
  return [whole, entry, judged('create', unfit.length > 0 ? unfit : await problemsOf(() => probeEntry({ ...probe, config })))]
}

function judged(name: PluginCheck['name'], problems: readonly Problem[]): PluginCheck {
  return { name, ok: problems.length === 0, problems }
}

async function problemsOf(work: () => unknown): Promise<readonly Problem[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!isHostError(error)) throw error
    return error.problems.length > 0
      ? error.problems
      : [{ message: error.message, ...(error.hint !== undefined && { suggestion: error.hint }) }]
  }
}

function inFile(file: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map(problem => ({ ...problem, file }))
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

async function sampleProblems(manifest: Manifest, config: Readonly<Record<string, unknown>>): Promise<readonly Problem[]> {
  const validate = await compileSchema(providerSchema(manifest, providerFields(manifest)))
  return validate(config, { prefix: ['config', 'properties'] }).map(problem => ({
    ...problem,
    message: `There is no example config to try create() with: ${problem.message}`,
    suggestion: 'Give the field "examples".'
  }))
}
