import type { Citation, Usage } from '@resoftai/sdk'
import type { AgentResult } from './result.ts'

/** One item of a run's stream, which ends with exactly one `done` or throws. */
export type AgentEvent =
  /** The next request to the model; counted from 1. */
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  /** A whole call; `arguments` is the text the model wrote, not checked. Each one gets exactly one `tool_result`, unless the run is stopped before. */
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: string }
  /** The tool is not run and the model is told; `raw` is the text it wrote, `problems` everything that is wrong with it. */
  | {
      readonly type: 'tool_arguments_invalid'
      readonly id: string
      readonly name: string
      readonly raw: string
      readonly problems: readonly string[]
    }
  /** In the order in which the tools end. */
  | {
      readonly type: 'tool_result'
      readonly id: string
      readonly name: string
      readonly content: string
      readonly isError: boolean
      readonly durationMs: number
    }
  /** Something was changed, dropped or odd; a sentence for a person. Never a failure. */
  | { readonly type: 'warning'; readonly message: string }
  /** Text and reasoning of the current step are void; its reply begins again. */
  | { readonly type: 'restart'; readonly reason: string }
  /** After a reply for which the vendor reported tokens: those of this reply, and of the run so far. */
  | { readonly type: 'usage'; readonly usage: Usage; readonly total: Usage }
  | { readonly type: 'done'; readonly result: AgentResult }
