import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { judgeGeneration, syncFolder } from './generation.ts'
import { withPluginLock } from './lock.ts'
import type { PluginPackage } from './manifest.ts'
import { readRecord, type Generation, type PluginRecord } from './record.ts'
import type { Source } from './source.ts'
import { generationFolder, generationsFolder, installedFolder } from './store.ts'
import { removeUnused } from './sweep.ts'
import { writeRecord } from './write-record.ts'

const keptVersions = 2

export interface Prepared extends Omit<Generation, 'version'> {
  readonly plugin: PluginPackage
  readonly asked: string
  readonly source: Source
}

/** Whether exactly this is installed and no file of it was changed since. */
export function isIntact(home: string, id: string, integrity: string): boolean {
  const installed = readInstalled(home, id)
  return installed?.integrity === integrity && judgeGeneration(generationFolder(home, installed.generation), integrity).length === 0
}

/** Puts `<stage>/package` into the store. A kill at any moment leaves either the old record or the new one, and at worst a folder for the sweep. */
export function commitGeneration(home: string, stage: string, prepared: Prepared): Promise<'installed' | 'updated' | 'unchanged'> {
  const { plugin, integrity } = prepared
  return withPluginLock(home, plugin.id, async () => {
    if (isIntact(home, plugin.id, integrity)) return 'unchanged'
    placeGeneration(home, stage, prepared)
    const before = readInstalled(home, plugin.id)
    writeRecord(home, newRecord(home, prepared))
    syncFolder(installedFolder(home))
    removeUnused(home, plugin.id)
    return before === undefined ? 'installed' : 'updated'
  })
}

function placeGeneration(home: string, stage: string, { generation, integrity }: Prepared): void {
  const target = generationFolder(home, generation)
  mkdirSync(generationsFolder(home), { recursive: true, mode: 0o700 })
  if (existsSync(target)) {
    if (judgeGeneration(target, integrity).length === 0) return
    renameSync(target, join(stage, 'damaged'))
  }
  renameSync(join(stage, 'package'), target)
  syncFolder(generationsFolder(home))
}

function newRecord(home: string, { plugin, asked, source, generation, integrity }: Prepared): PluginRecord {
  const { id, version, packageName } = plugin
  const reading = readRecord(home, id)
  const before = reading?.ok === true ? reading.record : undefined
  const versions = before?.installed === undefined ? [] : [before.installed, ...before.installed.previous]
  const previous = versions
    .filter(other => other.generation !== generation)
    .slice(0, keptVersions)
    .map(other => ({ generation: other.generation, version: other.version, integrity: other.integrity }))
  return {
    recordVersion: 1,
    id,
    enabled: before?.enabled ?? true,
    installed: {
      generation,
      version,
      integrity,
      packageName,
      asked,
      source: source.kind,
      resolved: source.path,
      installedAt: new Date().toISOString(),
      previous
    }
  }
}

function readInstalled(home: string, id: string): PluginRecord['installed'] {
  const reading = readRecord(home, id)
  return reading?.ok === true ? reading.record.installed : undefined
}
