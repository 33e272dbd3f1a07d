import type { ChatEvent } from '@resoftai/sdk'
import { Breaker } from '../packages/core/src/chat/breaker.ts'
import { StallWatch } from '../packages/core/src/chat/stall-watch.ts'
import { Counters } from '../packages/core/src/observe/stats.ts'
import { median, printTable } from './table.ts'

const events = 1_000_000
const rounds = 9
const warmingUp = 2

/** What stands between a vendor and each event or try that goes well. */
export function measureWatches(): void {
  const fail = (error: Error) => {
    throw error
  }
  const limits = { firstEventTimeoutMs: 60_000, stallTimeoutMs: 60_000, reasoningStallTimeoutMs: 300_000 }
  const watch = new StallWatch(limits, new Counters(), fail)
  const breaker = new Breaker('bench', { failures: 10, restMs: 5_000 })
  // Several, as one and the same would be read but once.
  const batches: ChatEvent[][] = Array.from({ length: 16 }, (_, index) => [{ type: 'text', text: `word ${index} ` }])

  /** Each gives the length of its batch, so that none can skip the work. */
  const variants: Record<string, (batch: readonly ChatEvent[]) => number> = {
    nothing: batch => batch.length,
    'StallWatch, an event': batch => {
      watch.wait()
      watch.see(batch)
      return batch.length
    },
    'Breaker, a try': batch => {
      breaker.admit().report()
      return batch.length
    }
  }

  const times: Record<string, number[]> = {}
  for (let round = 0; round < warmingUp + rounds; round++) {
    for (const [name, run] of Object.entries(variants)) {
      let seen = 0
      const before = process.cpuUsage()
      while (seen < events) for (const batch of batches) seen += run(batch)
      const { user, system } = process.cpuUsage(before)
      if (round >= warmingUp) (times[name] ??= []).push(((user + system) / events) * 1_000)
    }
  }
  watch.stop()
  const floor = median(times['nothing'] ?? [])
  printTable(
    'The watchdog and the breaker: CPU',
    Object.entries(times).map(([what, values]) => ({
      what,
      value: median(values),
      unit: 'ns',
      ratio: median(values) / floor,
      ...(what !== 'nothing' && { bar: 'under 1,000 ns' })
    }))
  )
}
