import type { Tool } from '@resoftai/sdk'

/** What a running tool is given beside its arguments. */
export interface ToolContext {
  /** Aborts when the tool's time is over, the run ends or the caller cancels. */
  readonly signal: AbortSignal
  readonly toolCallId: string
}

/** A tool the model may call. The arguments were checked against `parameters` before `run` sees them. */
export interface AgentTool extends Tool {
  /** Returns what the model gets to read: a text as it is, anything else as JSON. What it throws is told to the model as a failure. */
  run(args: Readonly<Record<string, unknown>>, context: ToolContext): unknown
  /** Everything that is wrong with the arguments, in place of `parameters`: for who checks them elsewhere, or has compiled them already. */
  readonly check?: (args: unknown) => readonly string[]
  /** Default: `toolTimeoutMs` of the run. */
  readonly timeoutMs?: number
}

/** A tool whose `run` sees typed arguments. `Args` must say what `parameters` checks: nothing else proves it. */
export function defineTool<Args extends object>(
  tool: Omit<AgentTool, 'run'> & { run(args: Args, context: ToolContext): unknown }
): AgentTool {
  return tool as AgentTool
}
