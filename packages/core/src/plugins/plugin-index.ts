import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '../error.ts'
import { nearest } from '../schema/nearest.ts'
import { readManifest } from './manifest.ts'
import { readRecords, type RecordReading } from './record.ts'
import { generationFolder } from './store.ts'
import type { BrokenPlugin, FoundPlugin, PluginSource } from './types.ts'

/** Where plugins are looked for. All are folders of packages but `home`, the folder of the user's state. */
export interface PluginPlaces {
  readonly home: string
  /** Folders that come with the host. */
  readonly bundled: readonly string[]
  /** Folders named on the command line; they win. */
  readonly paths: readonly string[]
}

/** Every plugin there is, known by its manifest. */
export interface PluginIndex {
  /** In the order of their ids. */
  readonly plugins: readonly FoundPlugin[]
  readonly broken: readonly BrokenPlugin[]
  /** Names that two plugins want. */
  readonly warnings: readonly Problem[]
  get(idOrAlias: string): FoundPlugin | undefined
  /** The id or alias that was most likely meant. */
  nearest(name: string): string | undefined
}

type Found = { readonly ok: true; readonly plugin: FoundPlugin } | { readonly ok: false; readonly broken: BrokenPlugin }

/**
 * Finds plugins by their manifests; none of their code is loaded, and a broken one changes nothing for the others. Of two with one id the
 * first of path, installed, bundled wins. An id wins over an alias; an alias belongs to a bundled plugin first, so that what the user
 * installs later cannot take its requests.
 */
export function findPlugins({ home, bundled, paths }: PluginPlaces): PluginIndex {
  const records = readRecords(home)
  const disabled = new Set(records.flatMap(reading => (reading.ok && !reading.record.enabled ? [reading.record.id] : [])))
  const found = [
    ...paths.map(path => readFolder(resolve(path), 'path')),
    ...records.flatMap(reading => readInstalled(home, reading)),
    ...bundled.map(path => readFolder(path, 'bundled'))
  ]
  const byId = new Map<string, FoundPlugin>()
  for (const item of found) {
    if (!item.ok) continue
    const { plugin } = item
    const winner = byId.get(plugin.id)
    if (winner !== undefined) byId.set(plugin.id, { ...winner, shadows: [...winner.shadows, plugin.directory] })
    else byId.set(plugin.id, { ...plugin, enabled: plugin.source === 'path' || !disabled.has(plugin.id) })
  }
  const plugins = [...byId.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1))
  const bundledIds = new Set(found.flatMap(item => (item.ok && item.plugin.source === 'bundled' ? [item.plugin.id] : [])))
  const { names, warnings } = assignNames(plugins, bundledIds)
  return {
    plugins,
    broken: found.flatMap(item => (item.ok ? [] : [item.broken])),
    warnings,
    get: name => names.get(name),
    nearest: name => nearest(name, [...names.keys()])
  }
}

function readFolder(directory: string, source: PluginSource): Found {
  const reading = readManifest(directory, { isJudged: source === 'installed' })
  if (!reading.ok) return { ok: false, broken: { id: reading.id, source, directory, state: reading.state, problems: reading.problems } }
  const { packageJson: _unused, ...plugin } = reading.plugin
  return { ok: true, plugin: { ...plugin, source, enabled: true, shadows: [] } }
}

function readInstalled(home: string, reading: RecordReading): readonly Found[] {
  if (!reading.ok) {
    const { id, file, problem } = reading
    return [{ ok: false, broken: { id, source: 'installed', directory: file, state: 'broken', problems: [problem] } }]
  }
  const { id, installed } = reading.record
  if (installed === undefined) return []
  const directory = generationFolder(home, installed.generation)
  const from = installed.source === 'bundled' ? installed.asked : installed.resolved
  const repair = `Run \`resoftai plugin install ${from} --force\`.`
  const broken = (problems: readonly Problem[], state: BrokenPlugin['state'] = 'broken'): readonly Found[] => [
    { ok: false, broken: { id, source: 'installed', directory, state, problems } }
  ]
  if (!existsSync(directory)) return broken([{ message: 'Its files are gone.', file: directory, suggestion: repair }])
  const found = readFolder(directory, 'installed')
  if (!found.ok) return broken(found.broken.problems, found.broken.state)
  const { plugin } = found
  if (plugin.id !== id) return broken([{ message: `The folder holds plugin ${plugin.id}.`, file: plugin.manifestFile, suggestion: repair }])
  return [{ ok: true, plugin: { ...plugin, integrity: installed.integrity } }]
}

function assignNames(plugins: readonly FoundPlugin[], bundledIds: ReadonlySet<string>) {
  const names = new Map(plugins.map(plugin => [plugin.id, plugin]))
  const warnings: Problem[] = []
  // A bundled plugin that the user installed anew keeps its names.
  const order = plugins.toSorted((left, right) => Number(bundledIds.has(right.id)) - Number(bundledIds.has(left.id)))
  for (const plugin of order) {
    for (const alias of plugin.manifest.aliases ?? []) {
      const owner = names.get(alias) ?? plugin
      names.set(alias, owner)
      if (owner === plugin) continue
      const message = `Plugin ${plugin.id} wants the name ${alias} too; it stays with ${owner.id}.`
      warnings.push({ message, file: plugin.manifestFile, path: 'aliases' })
    }
  }
  return { names, warnings }
}
