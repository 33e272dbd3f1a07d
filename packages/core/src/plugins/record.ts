import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Problem } from '../error.ts'
import { isPluginId } from './names.ts'
import { readJsonObject } from './read-json.ts'

/** One installed version: an immutable folder under `plugins/gen`. */
export interface Generation {
  /** Folder name, `<id>@<version>-<8 hex of its content>`. */
  readonly generation: string
  readonly version: string
  /** sha256 of the list of its files. */
  readonly integrity: string
}

/** What is known of one plugin in a home: `plugins/installed/<id>.json`. */
export interface PluginRecord {
  readonly recordVersion: 1
  readonly id: string
  readonly enabled: boolean
  /** Absent when only `enabled` is kept, for a plugin that comes with the host. */
  readonly installed?: Generation & {
    readonly packageName: string
    /** What the user asked for. */
    readonly asked: string
    readonly source: 'bundled' | 'folder' | 'tarball'
    /** The folder or file it was made from. */
    readonly resolved: string
    /** ISO 8601. */
    readonly installedAt: string
    /** Up to two versions before it, the last one first. */
    readonly previous: readonly Generation[]
  }
}

export type RecordReading =
  | { readonly ok: true; readonly record: PluginRecord }
  | { readonly ok: false; readonly id: string; readonly file: string; readonly problem: Problem }

export function recordFile(home: string, id: string): string {
  return join(home, 'plugins', 'installed', `${id}.json`)
}

/** `undefined` when there is no such record. */
export function readRecord(home: string, id: string): RecordReading | undefined {
  return listRecordIds(home).includes(id) ? read(recordFile(home, id)) : undefined
}

export function readRecords(home: string): readonly RecordReading[] {
  return listRecordIds(home).map(id => read(recordFile(home, id)))
}

function listRecordIds(home: string): readonly string[] {
  try {
    const names = readdirSync(join(home, 'plugins', 'installed')).filter(name => name.endsWith('.json'))
    return names.map(name => basename(name, '.json')).toSorted()
  } catch {
    return []
  }
}

function read(file: string): RecordReading {
  const id = basename(file, '.json')
  const suggestion = `Run \`resoftai plugin uninstall ${id}\`, then install it again.`
  const reading = readJsonObject(file)
  if (!reading.ok) return { ok: false, id, file, problem: { ...reading.problem, suggestion } }
  const record = reading.value as unknown as PluginRecord
  if (isRecordOf(record, id)) return { ok: true, record }
  return { ok: false, id, file, problem: { message: 'The record of this plugin is damaged.', file, suggestion } }
}

function isRecordOf(record: PluginRecord, id: string): boolean {
  const { installed } = record
  if (record.recordVersion !== 1 || record.id !== id || !isPluginId(id) || typeof record.enabled !== 'boolean') return false
  if (installed === undefined) return true
  if (typeof installed !== 'object' || installed === null || !Array.isArray(installed.previous)) return false
  return [installed, ...(installed.previous as readonly unknown[])].every(generation => isGenerationOf(generation, id))
}

/** The name becomes part of a path, so nothing but a plain name will do. */
function isGenerationOf(value: unknown, id: string): boolean {
  const { generation, integrity } = (value ?? {}) as Partial<Generation>
  return (
    typeof generation === 'string' &&
    typeof integrity === 'string' &&
    /^[a-z0-9-]+@[\w.+-]+$/.test(generation) &&
    generation.startsWith(`${id}@`)
  )
}
