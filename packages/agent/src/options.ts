import type { ChatRequest, Message } from '@resoftai/sdk'
import type { AgentHost } from './host.ts'
import type { KnownRole } from './role.ts'
import type { AgentTool } from './tool.ts'

/** Fields of a chat request that an agent passes on with every step. */
export type RequestFields = Omit<ChatRequest, 'model' | 'messages' | 'written' | 'tools'>

/** How far a run may go. `Infinity` lifts a limit. */
export interface RunLimits {
  /** The most requests to the model in one run. Default 10. */
  readonly maxSteps: number
  /** For the whole run, tools and the reader of the stream included. Default 600,000 (10 minutes). */
  readonly timeoutMs: number
  /** For one tool call; a tool's own `timeoutMs` wins. Default 60,000. */
  readonly toolTimeoutMs: number
  /** Tool calls of one reply that run at the same time. Default 8. */
  readonly maxParallelTools: number
  /** A longer tool result is cut before the model reads it, and the model is told. Default 100,000. */
  readonly maxToolResultChars: number
}

/**
 * Options of one run; they win over those of the agent. A `toolChoice` that forces a call holds for the first step of a run only: after it
 * the model is free to answer.
 */
export interface RunOptions extends RequestFields, Partial<RunLimits> {
  /** Aborting ends the run as `cancelled`. */
  readonly signal?: AbortSignal
}

/** What an agent is made of. Everything but these names is refused. */
export interface AgentOptions extends RunOptions {
  readonly host: AgentHost
  /** A known role, which brings a system prompt, or any name together with `system`. Absent: no system prompt unless `system` says one. */
  readonly role?: KnownRole | (string & {})
  /** The system prompt; it wins over the one of `role`. */
  readonly system?: string
  /** The name of a provider. Without `model` its default model is asked. */
  readonly provider?: string
  /** The vendor's name of a model of `provider`; without `provider` a reference `provider/model` or the name of a route. */
  readonly model?: string
  readonly tools?: readonly AgentTool[]
  /** The conversation to start from. */
  readonly history?: readonly Message[]
}
