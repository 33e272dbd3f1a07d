import { rmSync } from 'node:fs'
import { HostError } from '../error.ts'
import { withPluginLock } from './lock.ts'
import { isPluginId } from './names.ts'
import { readRecord, recordFile } from './record.ts'
import { writeRecord } from './write-record.ts'

/** See `setEnabled` in `commands.ts`. */
export function enable(id: string, enabled: boolean, { home }: { readonly home: string }): Promise<boolean> {
  if (!isPluginId(id)) throw new HostError('not_found', `There is no plugin ${id.slice(0, 80)}.`)
  return withPluginLock(home, id, async () => {
    const reading = readRecord(home, id)
    if (reading?.ok === false) throw new HostError('plugin', `Plugin ${id} cannot be changed.`, { problems: [reading.problem] })
    const record = reading?.record ?? { recordVersion: 1, id, enabled: true }
    if (record.enabled === enabled) return false
    // A bundled plugin needs no record to be enabled.
    if (enabled && record.installed === undefined) rmSync(recordFile(home, id), { force: true })
    else writeRecord(home, { ...record, enabled })
    return true
  })
}
