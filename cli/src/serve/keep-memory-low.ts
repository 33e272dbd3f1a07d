import type { Server } from 'node:net'
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * For new objects. V8 doubles this space, to 64 MB, where many of them stay, as those of streams do. That makes collections rarer, and a call no
 * cheaper; with 5,000 streams the most of it was empty.
 */
const mostNewBytes = 16 * 1024 * 1024
/** Until what a start leaves behind is given back, for as long as somebody is connected: it takes a tenth of a second. */
const collectAfterMs = 500

/** For a process that serves for long. Returns what ends it. */
export function keepMemoryLow(server: Server): () => void {
  // It grows at most once a collection, and this comes after each.
  const observer = new PerformanceObserver(() => setGrowth(newBytes() * 2 > mostNewBytes ? 1 : 2))
  observer.observe({ entryTypes: ['gc'] })
  const timer = setInterval(() => {
    server.getConnections((error, connections) => {
      if (error !== null || connections > 0) return
      clearInterval(timer)
      collect()
    })
  }, collectAfterMs).unref()
  return () => {
    clearInterval(timer)
    observer.disconnect()
    // What is compiled is kept for the next start, which takes it only with the flags that it has itself.
    setGrowth(2)
  }
}

let growth = 2

function setGrowth(factor: number): void {
  if (factor === growth) return
  growth = factor
  setFlagsFromString(`--semi-space-growth-factor=${factor}`)
}

function newBytes(): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}

interface Collection {
  readonly type: 'major'
  readonly execution: 'sync'
  /** All that can be collected, and its pages given back. */
  readonly flavor: 'last-resort'
}

/** As `node --expose-gc` has it. */
function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (collection: Collection) => void
  setFlagsFromString('--no-expose-gc')
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
