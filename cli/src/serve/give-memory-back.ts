import type { Server } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const lookEveryMs = 500

/**
 * Gives back what a start needed and a running gateway does not, a fifth of its memory, as soon as nobody is connected: it takes a tenth of a second.
 * Returns what ends the waiting.
 */
export function giveMemoryBack(server: Server): () => void {
  const timer = setInterval(() => {
    server.getConnections((error, connections) => {
      if (error !== null || connections > 0) return
      clearInterval(timer)
      collect()
    })
  }, lookEveryMs).unref()
  return () => clearInterval(timer)
}

interface Collection {
  readonly type: 'major'
  readonly execution: 'sync'
  /** Pages that are empty then are given back too. */
  readonly flavor: 'last-resort'
}

/** As `node --expose-gc` has it. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('globalThis.gc') as ((collection: Collection) => void) | undefined
  // What is compiled later is kept for the next start, which takes it only with the flags that it has itself.
  setFlagsFromString('--no-expose-gc')
  gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
