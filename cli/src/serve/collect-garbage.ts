import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

interface Collection {
  /** `minor`: what was made lately, in a millisecond or two. `major`: all, in a tenth of a second. */
  readonly type: 'minor' | 'major'
  readonly execution: 'sync'
  /** Pages that are empty then are given back too. */
  readonly flavor?: 'last-resort'
}

type Collect = (collection: Collection) => void

let found: Collect | undefined

/** As `node --expose-gc` has it. Does nothing where V8 does not give it away. */
export function collectGarbage(collection: Collection): void {
  found ??= findCollect()
  found(collection)
}

function findCollect(): Collect {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('globalThis.gc') as Collect | undefined
  // What is compiled later is kept for the next start, which takes it only with the flags that it has itself.
  setFlagsFromString('--no-expose-gc')
  return gc ?? (() => {})
}
