import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePrivateFolder } from '../config/private-file.ts'
import { HostError } from '../error.ts'
import { isOwnerAlive, ownerName } from './owner.ts'
import { installedFolder, namesIn } from './store.ts'

const claim = /^(?<id>[a-z0-9-]+)\.(?<owner>[0-9a-f-]+)\.lock$/

/**
 * Runs `work` while no other process works on the same plugin; waits for others up to `waitMs`, then throws `HostError` `busy`.
 *
 * Everyone who wants it first puts down a claim of their own, then looks whether somebody else's is there. Two can then never both see
 * nobody, and the claim of a dead process can be removed without taking anybody else's: no name is ever used twice.
 */
export async function withPluginLock<T>(home: string, id: string, work: () => Promise<T>, waitMs = 30_000): Promise<T> {
  const folder = installedFolder(home)
  const started = performance.now()
  for (;;) {
    const own = putClaim(folder, id)
    const other = findOther(folder, id, own)
    if (other === undefined) {
      try {
        return await work()
      } finally {
        removeClaim(folder, own)
      }
    }
    removeClaim(folder, own)
    if (performance.now() - started >= waitMs) {
      throw new HostError('busy', `Another command (process ${other.split('-')[0]}) is changing plugin ${id}.`, {
        hint: 'Wait for it, then try again.'
      })
    }
    // Not all at the same moment again.
    await sleep(20 + Math.random() * 60)
  }
}

/** Removes claims whose owners ended. */
export function sweepClaims(home: string): void {
  const folder = installedFolder(home)
  for (const name of namesIn(folder)) {
    const { owner } = claim.exec(name)?.groups ?? {}
    if (owner !== undefined && !isOwnerAlive(owner)) removeClaim(folder, name)
  }
}

function putClaim(folder: string, id: string): string {
  makePrivateFolder(folder)
  const name = `${id}.${ownerName()}.lock`
  closeSync(openSync(join(folder, name), 'wx', 0o600))
  return name
}

/** The owner of another claim, if it lives. */
function findOther(folder: string, id: string, own: string): string | undefined {
  for (const name of namesIn(folder)) {
    const groups = name === own ? undefined : claim.exec(name)?.groups
    if (groups === undefined || groups['id'] !== id) continue
    const owner = groups['owner'] ?? ''
    if (isOwnerAlive(owner)) return owner
    removeClaim(folder, name)
  }
  return undefined
}

function removeClaim(folder: string, name: string): void {
  rmSync(join(folder, name), { force: true })
}
