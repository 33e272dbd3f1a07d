import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { HostError } from '@resoftai/core'
import type { Translate } from '../messages/index.ts'

/** Throws `HostError` `usage` when there is something that would be lost. */
export function requireFree(directory: string, text: Translate): void {
  const status = statSync(directory, { throwIfNoEntry: false })
  if (status === undefined || (status.isDirectory() && readdirSync(directory).length === 0)) return
  throw new HostError('usage', text('create.occupied', { directory }), { hint: text('create.occupiedHint') })
}

/** Makes a folder whole or not at all: `fill` writes into one beside it, which then takes its place. */
export async function makeFolder<T>(directory: string, fill: (stage: string) => Promise<T>, text: Translate): Promise<T> {
  requireFree(directory, text)
  const stage = join(dirname(directory), `.${basename(directory)}-${process.pid}.tmp`)
  try {
    mkdirSync(stage, { recursive: true })
    const filled = await fill(stage)
    place(stage, directory)
    return filled
  } catch (error) {
    const { syscall, code } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new HostError('plugin', text('create.notWritten', { directory, reason: code ?? syscall }), { cause: error })
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** A folder that is there already is filled: somebody may stand in it. */
function place(stage: string, directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return renameSync(stage, directory)
  for (const name of readdirSync(stage)) renameSync(join(stage, name), join(directory, name))
}
