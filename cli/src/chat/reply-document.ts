import type { ProviderClient } from '@resoftai/core'
import type { ChatReply, Cost } from '@resoftai/sdk'
import { isRoute } from './choose-provider.ts'
import { decimalOf } from './money.ts'

/** A reply as `--json` shows it. A route is not the provider that answered: that one is named in the last of the tries. */
export function replyDocument(client: ProviderClient, reply: ChatReply, durationMs: number): Readonly<Record<string, unknown>> {
  const { model, id, content, reasoning, toolCalls, finishReason, rawFinishReason, usage, cost, citations, warnings, attempts } = reply
  return {
    provider: attempts.at(-1)?.provider ?? client.name,
    route: isRoute(client) ? client.name : undefined,
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
  return cost === null ? null : { amount: decimalOf(cost.nanos), nanos: cost.nanos.toString(), currency: cost.currency }
}
