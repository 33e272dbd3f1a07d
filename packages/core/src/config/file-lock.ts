import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { HostError } from '../error.ts'
import { errorCode } from '../error-code.ts'
import { unwritable } from './private-file.ts'

const patienceMs = 5_000

/**
 * Runs `work` while no other process does with the same lock. A lock that a killed process left is never taken by force, since two could
 * do so at once: `HostError` `busy` says which file to remove.
 */
export function withFileLock<T>(lock: string, work: () => T): T {
  acquire(lock)
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function acquire(lock: string): void {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += 20) {
    try {
      const handle = openSync(lock, 'wx', 0o600)
      writeSync(handle, String(process.pid))
      closeSync(handle)
      return
    } catch (error) {
      const code = errorCode(error)
      if (code !== 'EEXIST') throw unwritable(lock, error)
      if (waitedMs >= patienceMs || isLeftBehind(lock)) throw busy(lock)
      Atomics.wait(sleeper, 0, 0, 20)
    }
  }
}

function busy(lock: string): HostError {
  return new HostError('busy', `Another command holds ${lock}.`, {
    hint: 'Try again. If no other resoftai command runs, remove that file.'
  })
}

function isLeftBehind(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'))
    if (!Number.isInteger(owner) || owner <= 0) return false
    process.kill(owner, 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}
