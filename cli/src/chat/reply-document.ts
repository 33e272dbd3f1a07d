import type { ChatReply, Cost } from '@resoftai/sdk'

/** A reply as `--json` shows it. */
export function replyDocument(provider: string, reply: ChatReply, durationMs: number): Readonly<Record<string, unknown>> {
  const { model, id, content, reasoning, toolCalls, finishReason, rawFinishReason, usage, cost, citations, warnings, attempts } = reply
  return {
    provider,
    model,
    id,
    content,
    reasoning,
    toolCalls,
    finishReason,
    rawFinishReason,
    usage,
    cost: costDocument(cost),
    citations,
    warnings,
    attempts,
    durationMs
  }
}

/** Money as text: a JSON number would round it. */
export function costDocument(cost: Cost | null): Readonly<Record<string, string>> | null {
  return cost === null ? null : { nanos: cost.nanos.toString(), currency: cost.currency }
}
