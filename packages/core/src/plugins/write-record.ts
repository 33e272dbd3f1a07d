import { writePrivateFile } from '../config/private-file.ts'
import { recordFile, type PluginRecord } from './record.ts'

/** Replaces a plugin's record in one step. Only for who holds the plugin's lock. */
export function writeRecord(home: string, record: PluginRecord): void {
  writePrivateFile(recordFile(home, record.id), `${JSON.stringify(record, null, 2)}\n`)
}
