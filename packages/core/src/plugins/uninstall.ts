import { rmSync } from 'node:fs'
import { HostError } from '../error.ts'
import { nearest } from '../schema/nearest.ts'
import { syncFolder } from './generation.ts'
import { withPluginLock } from './lock.ts'
import { isPluginId } from './names.ts'
import { readRecord, readRecords, recordFile } from './record.ts'
import { installedFolder } from './store.ts'
import { removeUnused, sweepStore } from './sweep.ts'

/** See `uninstallPlugin` in `commands.ts`. */
export async function uninstall(id: string, { home }: { readonly home: string }): Promise<void> {
  if (!isPluginId(id)) throw notInstalled(id, home)
  await sweepStore(home)
  if (readRecord(home, id) === undefined) throw notInstalled(id, home)
  await withPluginLock(home, id, async () => {
    const reading = readRecord(home, id)
    if (reading === undefined || (reading.ok && reading.record.installed === undefined)) throw notInstalled(id, home)
    // The record first: what no record names does not exist.
    rmSync(recordFile(home, id), { force: true })
    syncFolder(installedFolder(home))
    removeUnused(home, id)
  })
}

function notInstalled(id: string, home: string): HostError {
  const known = readRecords(home).flatMap(reading => (reading.ok && reading.record.installed !== undefined ? [reading.record.id] : []))
  const close = nearest(id, known)
  const name = id.slice(0, 80)
  return new HostError(
    'not_found',
    `Plugin ${name} is not installed.${close === undefined || close === id ? '' : ` Did you mean ${close}?`}`,
    {
      hint: `Installed: ${known.join(', ') || 'none'}. A plugin that comes with resoftai can be disabled: \`resoftai plugin disable <id>\`.`
    }
  )
}
