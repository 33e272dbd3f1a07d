import type { Translate } from '../messages/index.ts'
import { escapeControls } from '../output/escape.ts'
import { findCandidates } from './candidates.ts'
import type { NameKind } from './list-names.ts'

/** Answers the completion scripts: `word<TAB>meaning` a line, or `:file` / `:directory` where the shell knows better. Never fails. */
export async function completeWords(words: readonly string[], text: Translate): Promise<number> {
  const current = words.at(-1) ?? ''
  const candidates = findCandidates(words)
  const lines =
    candidates === 'file' || candidates === 'directory'
      ? [`:${candidates}`]
      : typeof candidates === 'string'
        ? await lookUp(candidates)
        : candidates.map(({ word, text: key }) => (key === undefined ? word : `${word}\t${text(key)}`))
  const fitting = lines.filter(line => line.startsWith(':') || line.startsWith(current))
  process.stdout.write(fitting.map(line => `${escapeControls(line)}\n`).join(''))
  return 0
}

/** A broken configuration must not disturb somebody who is typing. */
async function lookUp(kind: NameKind): Promise<readonly string[]> {
  try {
    const { listNames } = await import('./list-names.ts')
    return await listNames(kind)
  } catch {
    return []
  }
}
