import type { AssistantMessage, ChatReply, Message, ReplyBuilder, ToolCall, Usage, UserMessage } from '@resoftai/sdk'
import type { AgentResult, AgentStep, AgentTurn, StopReason, ToolResult } from './result.ts'
import { sumCost, sumUsage } from './totals.ts'

interface Step {
  readonly reply: ChatReply
  readonly calls: readonly ToolCall[]
  readonly results: Map<string, ToolResult>
}

/** What one run has done so far. At any time it can be told as messages that may be sent again. */
export class Turn {
  readonly #input: UserMessage
  readonly #steps: Step[] = []
  #reading: ReplyBuilder | undefined
  /** The one asked, until a reply names its own. */
  model = ''

  constructor(input: UserMessage) {
    this.#input = input
  }

  /** A reply begins; until it is added, what `builder` has counts as its text so far. */
  begin(builder: ReplyBuilder): void {
    this.#reading = builder
  }

  /** `calls` are those of the reply in the form in which they may be sent again. Returns what to call with each result. */
  add(reply: ChatReply, calls: readonly ToolCall[]): (result: ToolResult) => void {
    const results = new Map<string, ToolResult>()
    this.#steps.push({ reply, calls, results })
    this.#reading = undefined
    this.model = reply.model
    return result => results.set(result.id, result)
  }

  get usage(): Usage {
    return sumUsage(this.#steps.map(step => step.reply.usage))
  }

  messages(): readonly Message[] {
    return [this.#input, ...this.#steps.flatMap(stepMessages)]
  }

  summary(): AgentTurn {
    return this.#summary(this.#unfinished())
  }

  result(stopReason: StopReason): AgentResult {
    const unfinished = this.#unfinished()
    const replies = this.#replies(unfinished)
    const early = stopReason === 'max_steps' || stopReason === 'timeout' || stopReason === 'cancelled'
    const last = replies.at(-1)
    const told = early ? replies.findLast(reply => reply.content !== '') : last
    return { content: told?.content ?? '', reasoning: last?.reasoning ?? '', stopReason, ...this.#summary(unfinished) }
  }

  #summary(unfinished: ChatReply | undefined): AgentTurn {
    const partial: readonly Message[] =
      unfinished === undefined || unfinished.content === '' ? [] : [{ role: 'assistant', content: unfinished.content }]
    const replies = this.#replies(unfinished)
    return {
      messages: [...this.messages(), ...partial],
      steps: this.#steps.map(toAgentStep),
      usage: sumUsage(replies.map(reply => reply.usage)),
      cost: sumCost(replies.map(reply => reply.cost)),
      toolCalls: this.#steps.reduce((sum, step) => sum + step.calls.length, 0),
      model: unfinished?.model || this.model
    }
  }

  #replies(unfinished: ChatReply | undefined): readonly ChatReply[] {
    return [...this.#steps.map(step => step.reply), ...(unfinished === undefined ? [] : [unfinished])]
  }

  /** The reply that was cut off, as far as it came. */
  #unfinished(): ChatReply | undefined {
    this.#reading?.add({ type: 'finish', reason: 'unknown' })
    return this.#reading?.reply()
  }
}

function toAgentStep({ reply, calls, results }: Step): AgentStep {
  return { reply, toolResults: calls.map(call => results.get(call.id) ?? unanswered(call)) }
}

function unanswered({ id, name }: ToolCall): ToolResult {
  return { id, name, content: 'The run was stopped before this tool had ended.', isError: true, durationMs: 0 }
}

function stepMessages(step: Step): Message[] {
  const { toolCalls: _asWritten, ...message } = step.reply.message
  // Vendors refuse an assistant message that says nothing.
  if (step.calls.length === 0 && message.content === '' && message.providerData === undefined) return []
  const assistant: AssistantMessage = step.calls.length === 0 ? message : { ...message, toolCalls: step.calls }
  const results = toAgentStep(step).toolResults.map(({ content, isError }, index): Message => {
    const { id, name } = step.calls[index]!
    return { role: 'tool', toolCallId: id, name, content, ...(isError && { isError }) }
  })
  return [assistant, ...results]
}
