import { readFileSync } from 'node:fs'
import { randomName } from '../random-name.ts'
import { errorCode } from '../error-code.ts'

/**
 * Names what belongs to this process: its id, when it started (an id is used again by later processes) and something random. Everything is in
 * the name, so that there is no moment in which the owner is unknown.
 */
export function ownerName(): string {
  return `${process.pid}-${startTime(process.pid) ?? 0}-${randomName()}`
}

/** False when the process that made this name has ended. A name that was not made here has no owner. */
export function isOwnerAlive(name: string): boolean {
  const [, pid, started] = /^(\d+)-(\d+)-[0-9a-f]+$/.exec(name) ?? []
  if (pid === undefined || started === undefined) return false
  if (!isProcessAlive(Number(pid))) return false
  const actual = startTime(Number(pid))
  return started === '0' || actual === undefined || actual === Number(started)
}

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is not ours to signal, but it lives.
    return errorCode(error) !== 'ESRCH'
  }
}

/** In ticks since the machine started, where the system says so (Linux). */
function startTime(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in brackets, which may itself hold spaces and brackets.
    return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return undefined
  }
}
