import type { AgentEvent } from './event.ts'
import type { JudgedCall } from './judge-calls.ts'
import type { RunLimits } from './options.ts'
import type { ToolResult } from './result.ts'
import type { RunLimit } from './run-limit.ts'
import { runTools } from './run-tools.ts'
import type { ToolJob } from './run-tool.ts'

/** Tells every call, refuses what may not run and runs the rest. `keep` is given each result as soon as it is there. */
export async function* answerCalls(
  calls: readonly JudgedCall[],
  limit: RunLimit,
  limits: RunLimits,
  keep: (result: ToolResult) => void
): AsyncGenerator<AgentEvent, void> {
  const jobs: ToolJob[] = []
  for (const { call, verdict } of calls) {
    const { id, name } = call
    yield { type: 'tool_call', id, name, arguments: call.arguments }
    if (verdict.type === 'run') {
      if (verdict.dropped.length > 0)
        yield { type: 'warning', message: `Left out of the arguments of "${name}": ${verdict.dropped.join(', ')}.` }
      jobs.push({ id, tool: verdict.tool, args: verdict.args })
      continue
    }
    if (verdict.type === 'invalid') yield { type: 'tool_arguments_invalid', id, name, raw: call.arguments, problems: verdict.problems }
    const refused = { id, name, content: verdict.message, isError: true, durationMs: 0 }
    keep(refused)
    yield { type: 'tool_result', ...refused }
  }
  for await (const result of runTools(jobs, limit, limits)) {
    keep(result)
    yield { type: 'tool_result', ...result }
  }
}
