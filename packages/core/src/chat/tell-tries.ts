import type { Attempt } from '@resoftai/sdk'

/** Keeps a caller's list up with the tries of a call. Of those that it has, only the last may have changed. */
export function tellTries(tries: readonly Attempt[], list: Attempt[] | undefined): () => void {
  let told = 0
  let last: Attempt | undefined
  return () => {
    if (list === undefined) return
    // Other calls may have added theirs meanwhile.
    const index = last === undefined ? -1 : list.lastIndexOf(last)
    list.splice(index === -1 ? list.length : index, 1, ...tries.slice(Math.max(0, told - 1)))
    told = tries.length
    last = tries.at(-1)
  }
}
