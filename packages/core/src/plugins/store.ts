import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One immutable folder for each installed version. */
export function generationsFolder(home: string): string {
  return join(home, 'plugins', 'gen')
}

export function generationFolder(home: string, generation: string): string {
  return join(generationsFolder(home), generation)
}

/** The only place where anything is half done. */
export function stagesFolder(home: string): string {
  return join(home, 'plugins', 'stage')
}

/** Records, and the claims of those who are about to write one. */
export function installedFolder(home: string): string {
  return join(home, 'plugins', 'installed')
}

/** Names in a folder; none when it does not exist. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
