import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isOwnerAlive, ownerName } from './owner.ts'
import { namesIn, stagesFolder } from './store.ts'

/** Gives `work` a new folder of its own, which is gone afterwards, whatever happens. */
export async function withStage<T>(home: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(stagesFolder(home), ownerName())
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Removes the folders of processes that were killed. */
export function sweepStages(home: string): void {
  for (const name of namesIn(stagesFolder(home))) {
    if (!isOwnerAlive(name)) rmSync(join(stagesFolder(home), name), { recursive: true, force: true })
  }
}
