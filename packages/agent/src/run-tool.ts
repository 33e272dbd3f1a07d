import type { ToolResult } from './result.ts'
import { failureText, resultText, type ResultText } from './result-text.ts'
import { longestTimerMs } from './run-limit.ts'
import type { AgentTool } from './tool.ts'

export interface ToolJob {
  readonly id: string
  readonly tool: AgentTool
  readonly args: Readonly<Record<string, unknown>>
}

export interface ToolLimits {
  /** Of the run; the tool sees its own, which aborts with it. */
  readonly signal: AbortSignal
  readonly toolTimeoutMs: number
  readonly maxToolResultChars: number
}

/** Runs one tool and never rejects. A tool that ignores its signal is left behind when its time is over. */
export async function runTool({ id, tool, args }: ToolJob, { signal, toolTimeoutMs, maxToolResultChars }: ToolLimits): Promise<ToolResult> {
  const timeoutMs = tool.timeoutMs ?? toolTimeoutMs
  const startedAt = performance.now()
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer =
    timeoutMs <= longestTimerMs
      ? setTimeout(() => controller.abort(new Error(`It took longer than ${timeoutMs} ms.`)), timeoutMs)
      : undefined
  const result = ({ content, isError }: ResultText) => ({
    id,
    name: tool.name,
    content,
    isError,
    durationMs: Math.round(performance.now() - startedAt)
  })
  try {
    return result(
      resultText(
        await untilAbort(() => tool.run(args, { signal: controller.signal, toolCallId: id }), controller.signal),
        maxToolResultChars
      )
    )
  } catch (error) {
    return result(failureText(tool.name, controller.signal.aborted ? controller.signal.reason : error, maxToolResultChars))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function untilAbort(run: () => unknown, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    Promise.resolve(run()).then(resolve, reject)
  })
}
