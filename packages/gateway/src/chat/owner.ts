import type { Caller } from '../guard/caller.ts'

/** Whose conversations and runs these are. */
export function ownerOf(caller: Caller): string {
  return caller.kind === 'key' ? caller.key.id : 'anonymous'
}
