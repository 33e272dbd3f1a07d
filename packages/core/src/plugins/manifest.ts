import { basename, join } from 'node:path'
import validate from '../../generated/plugin-manifest.js'
import type { Problem } from '../error.ts'
import { toProblems } from '../schema/problems.ts'
import { judgeEngines } from './engines.ts'
import { findEntry } from './entry.ts'
import { judgeManifest } from './manifest-rules.ts'
import { isPackageName, isPluginId, isVersion } from './names.ts'
import { readJsonObject } from './read-json.ts'
import type { BrokenPlugin, FoundPlugin, Manifest } from './types.ts'

/** A plugin as its folder describes it. */
export type PluginPackage = Omit<FoundPlugin, 'source' | 'enabled' | 'shadows' | 'integrity'> & {
  /** `package.json` as it was read. */
  readonly packageJson: Readonly<Record<string, unknown>>
}

export type ManifestReading =
  | { readonly ok: true; readonly plugin: PluginPackage }
  | { readonly ok: false; readonly id: string; readonly state: BrokenPlugin['state']; readonly problems: readonly Problem[] }

interface ReadOptions {
  /** It was found good before, at its installation: only its shape is looked at again. */
  readonly isJudged?: boolean
}

/** Reads what a folder says about itself: `package.json`, the manifest it names, and whether the entry file is there. Loads no code. */
export function readManifest(directory: string, { isJudged = false }: ReadOptions = {}): ManifestReading {
  const packageFile = join(directory, 'package.json')
  const folderName = basename(directory)
  const broken = (problems: readonly Problem[], id = folderName, state: BrokenPlugin['state'] = 'broken'): ManifestReading => ({
    ok: false,
    id,
    state,
    problems
  })
  const packageReading = readJsonObject(packageFile)
  if (!packageReading.ok) {
    return broken([
      { ...packageReading.problem, suggestion: packageReading.problem.suggestion ?? 'A plugin is the folder of an npm package.' }
    ])
  }
  const packageJson = packageReading.value
  const manifestPath = manifestPathOf(packageJson, packageFile)
  if (typeof manifestPath !== 'string') return broken([manifestPath])
  const manifestFile = join(directory, manifestPath)
  const manifestReading = readJsonObject(manifestFile)
  if (!manifestReading.ok) return broken([manifestReading.problem])
  const { id: writtenId } = manifestReading.value
  const id = typeof writtenId === 'string' && isPluginId(writtenId) ? writtenId : folderName

  const inManifest = judge(manifestReading.value, isJudged)
  const { name, version, description } = packageJson
  const engines = judgeEngines(packageJson['engines'], packageFile)
  const problems = [
    ...inManifest.map(problem => ({ ...problem, file: manifestFile })),
    ...packageProblems(packageJson, packageFile),
    ...engines.broken
  ]
  // A plugin for another host may well have another kind of manifest: its version is the better reason.
  if (engines.incompatible.length > 0) return broken(engines.incompatible, id, 'incompatible')
  const entry = findEntry(directory, packageJson)
  if (!entry.ok) problems.push(entry.problem)
  if (problems.length > 0 || !entry.ok) return broken(problems, id)
  const manifest = manifestReading.value as unknown as Manifest
  const plugin = {
    id,
    packageName: name as string,
    version: version as string,
    description: typeof description === 'string' ? description : '',
    directory,
    manifestFile,
    manifest,
    entryFile: entry.file,
    packageJson
  }
  return { ok: true, plugin }
}

function judge(manifest: Readonly<Record<string, unknown>>, isJudged: boolean): readonly Problem[] {
  if (!validate(manifest)) return toProblems(validate.errors)
  return isJudged ? [] : judgeManifest(manifest as unknown as Manifest)
}

function manifestPathOf({ resoftai }: Readonly<Record<string, unknown>>, file: string): string | Problem {
  const suggestion = 'Write "resoftai": "./resoftai.plugin.json".'
  if (resoftai === undefined) return { message: 'The package names no plugin manifest.', file, path: 'resoftai', suggestion }
  const isInside = typeof resoftai === 'string' && /^[^/\\\0:]+(?:\/[^/\\\0:]+)*$/.test(resoftai) && !resoftai.split('/').includes('..')
  return isInside ? resoftai : { message: 'resoftai must name a file of the package.', file, path: 'resoftai', suggestion }
}

function packageProblems({ name, version }: Readonly<Record<string, unknown>>, file: string): readonly Problem[] {
  return [
    ...(typeof name === 'string' && isPackageName(name)
      ? []
      : [
          {
            message: 'name is not a good name for an npm package.',
            file,
            path: 'name',
            suggestion: 'Write a name such as resoftai-plugin-example.'
          }
        ]),
    ...(typeof version === 'string' && isVersion(version)
      ? []
      : [{ message: 'version must be a version such as 1.0.0.', file, path: 'version' }])
  ]
}
