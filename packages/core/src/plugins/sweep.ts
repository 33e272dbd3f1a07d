import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isHostError } from '../error.ts'
import { sweepClaims, withPluginLock } from './lock.ts'
import { isProcessAlive } from './owner.ts'
import { readRecord } from './record.ts'
import { sweepStages } from './stage.ts'
import { generationFolder, generationsFolder, installedFolder, namesIn } from './store.ts'

/** Removes what killed commands left behind. What a living one works on is left alone. */
export async function sweepStore(home: string): Promise<void> {
  sweepStages(home)
  sweepClaims(home)
  for (const name of namesIn(installedFolder(home))) {
    const [, pid] = /\.(\d+)-[0-9a-f]+\.part$/.exec(name) ?? []
    if (pid !== undefined && !isProcessAlive(Number(pid))) rmSync(join(installedFolder(home), name), { force: true })
  }
  const ids = new Set(namesIn(generationsFolder(home)).flatMap(name => idOf(name)))
  for (const id of ids) {
    if (unusedGenerations(home, id).length === 0) continue
    try {
      await withPluginLock(home, id, async () => removeUnused(home, id), 0)
    } catch (error) {
      // Somebody works on it, and will leave it tidy.
      if (!isHostError(error) || error.kind !== 'busy') throw error
    }
  }
}

/** Removes versions that no record names. Only for who holds the plugin's lock. */
export function removeUnused(home: string, id: string): void {
  for (const name of unusedGenerations(home, id)) rmSync(generationFolder(home, name), { recursive: true, force: true })
}

function unusedGenerations(home: string, id: string): readonly string[] {
  const reading = readRecord(home, id)
  // A damaged record may still be put right by hand.
  if (reading?.ok === false) return []
  const installed = reading?.record.installed
  const used = new Set(installed === undefined ? [] : [installed, ...installed.previous].map(({ generation }) => generation))
  return namesIn(generationsFolder(home)).filter(name => idOf(name).includes(id) && !used.has(name))
}

function idOf(generation: string): readonly string[] {
  const [, id] = /^([a-z0-9][a-z0-9-]*)@/.exec(generation) ?? []
  return id === undefined ? [] : [id]
}
