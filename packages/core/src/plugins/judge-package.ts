import { join, relative } from 'node:path'
import { HostError, type Problem } from '../error.ts'
import { requireDependencies } from './dependencies.ts'
import { readManifest, type PluginPackage } from './manifest.ts'
import { readRecord } from './record.ts'

/** The plugin in a folder, or `HostError` with everything that is wrong. `shownAs` stands for the folder in what a person reads. */
export function readPackage(directory: string, shownAs = directory): PluginPackage {
  const reading = readManifest(directory)
  if (reading.ok) return reading.plugin
  const problems = reading.problems.map(problem => showFile(problem, directory, shownAs))
  if (reading.state === 'incompatible') throw new HostError('incompatible', `${shownAs} is for another version.`, { problems })
  throw new HostError('plugin', `${shownAs} is not a plugin that can be used.`, { problems, hint: 'Nothing was installed.' })
}

interface Circumstances {
  readonly home: string
  readonly bundled: readonly string[]
  readonly force: boolean
}

/** What speaks against installing a plugin whose manifest is in order. Throws `HostError`. */
export function judgePackage(plugin: PluginPackage, { home, bundled, force }: Circumstances): void {
  requireDependencies(plugin)
  if (!force) {
    refuseTakenId(plugin, bundled.flatMap(bundledNames), 'comes with resoftai')
    const record = readRecord(home, plugin.id)
    const packageName = record?.ok === true ? record.record.installed?.packageName : undefined
    if (packageName !== undefined) refuseTakenId(plugin, [{ name: plugin.id, packageName }], 'is installed')
  }
}

function refuseTakenId(
  { id, packageName }: PluginPackage,
  taken: readonly { readonly name: string; readonly packageName: string }[],
  how: string
): void {
  const owner = taken.find(({ name }) => name === id)
  if (owner === undefined || owner.packageName === packageName) return
  throw new HostError('integrity', `The name ${id} belongs to ${owner.packageName}, which ${how}; this is ${packageName}.`, {
    hint: 'Whoever has the name gets the requests and keys meant for it. If that is what you want, install with --force.'
  })
}

function bundledNames(directory: string): readonly { readonly name: string; readonly packageName: string }[] {
  const reading = readManifest(directory)
  if (!reading.ok) return []
  const { id, packageName, manifest } = reading.plugin
  return [id, ...(manifest.aliases ?? [])].map(name => ({ name, packageName }))
}

function showFile(problem: Problem, directory: string, shownAs: string): Problem {
  return problem.file === undefined ? problem : { ...problem, file: join(shownAs, relative(directory, problem.file)) }
}
