import { createLog, type HostConfig, type Redactor } from '@resoftai/core'
import type { LogFile } from './log-file.ts'

/** `undefined`: the log is written to standard error, as what a file does not take is too. */
export async function openLogFile(
  { file, max_size_mb = 50, keep = 5, daily = false }: HostConfig['log'],
  redactor: Redactor
): Promise<LogFile | undefined> {
  if (file === undefined) return undefined
  const { LogFile } = await import('./log-file.ts')
  const stderr = createLog({ level: 'warn', redactor })
  return new LogFile({
    file,
    maxBytes: Math.round(max_size_mb * 1024 * 1024),
    keep,
    daily,
    elsewhere: line => void process.stderr.write(line),
    onFailure(what, error) {
      const { code } = error as NodeJS.ErrnoException
      if (what === 'write') stderr.warn('The log file cannot be written; its lines are here until it can.', { file, code })
      else stderr.warn('The log file cannot be put aside, and grows.', { file, code })
    }
  })
}
