import type { ToolResult } from './result.ts'
import type { RunLimit } from './run-limit.ts'
import { runTool, type ToolJob, type ToolLimits } from './run-tool.ts'

/** Runs tools side by side, at most `maxParallelTools` at a time, and gives each result when it is there. */
export async function* runTools(
  jobs: readonly ToolJob[],
  limit: RunLimit,
  limits: Omit<ToolLimits, 'signal'> & { readonly maxParallelTools: number }
): AsyncGenerator<ToolResult, void> {
  const running = new Map<string, Promise<ToolResult>>()
  const waiting = jobs.toReversed()
  while (waiting.length > 0 || running.size > 0) {
    while (limit.stopReason === undefined && running.size < limits.maxParallelTools) {
      const job = waiting.pop()
      if (job === undefined) break
      running.set(job.id, runTool(job, { ...limits, signal: limit.signal }))
    }
    const result = await limit.race(Promise.race(running.values()))
    running.delete(result.id)
    yield result
  }
}
