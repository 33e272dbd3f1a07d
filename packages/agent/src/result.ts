import type { ChatReply, Cost, Message, Usage } from '@resoftai/sdk'

/**
 * Why a run ended; closed. `finished`: the model had nothing more to do. `length`: its last reply was cut by the token limit.
 * `content_filter`: the vendor held a reply back. `max_steps`, `timeout`, `cancelled`: a limit of the run, or the caller.
 * The conversation of the agent grows by the turn after `finished`, `length` and `max_steps`; after the others it is as it was before.
 */
export type StopReason = 'finished' | 'length' | 'content_filter' | 'max_steps' | 'timeout' | 'cancelled'

/** What the model is told about one of its tool calls. */
export interface ToolResult {
  /** Unique among the calls of one reply, also where the vendor repeats itself. */
  readonly id: string
  readonly name: string
  readonly content: string
  /** The tool failed or was not run; `content` says why. */
  readonly isError: boolean
  /** 0 for a tool that was not run. */
  readonly durationMs: number
}

/** One request to the model, and what its tool calls brought. */
export interface AgentStep {
  readonly reply: ChatReply
  /** One for each tool call of `reply`, in the order of the calls. */
  readonly toolResults: readonly ToolResult[]
}

/** What a run has done, however it ended. */
export interface AgentTurn {
  /** The messages of this turn, from the user's on. Every tool call in them has its result, so they may be sent again. */
  readonly messages: readonly Message[]
  /** The replies that arrived whole. */
  readonly steps: readonly AgentStep[]
  /** Sums over all replies, of the fields that were reported; `estimated` when any part is. */
  readonly usage: Usage
  /** `null` when the cost of any reply is unknown, or when there are several currencies. */
  readonly cost: Cost | null
  /** How many tool calls the model made, those that were not run included. */
  readonly toolCalls: number
  /** As the vendor last named it; the asked one when it did not. */
  readonly model: string
}

export interface AgentResult extends AgentTurn {
  /** The text of the last reply. When the run was stopped before its end (`max_steps`, `timeout`, `cancelled`): the last text there was. */
  readonly content: string
  /** Of the last reply; empty when the model sent none. */
  readonly reasoning: string
  readonly stopReason: StopReason
}
