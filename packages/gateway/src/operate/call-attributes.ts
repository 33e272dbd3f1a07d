import type { Attributes } from '@opentelemetry/api'
import { decimalOf } from '@resoftai/core'
import type { Attempt, Cost, FinishReason, Usage } from '@resoftai/sdk'
import { withoutKeys } from './without-keys.ts'

/** What is known when a call has ended. */
export interface CallEnd {
  readonly model?: string
  readonly id?: string
  readonly usage?: Usage
  readonly cost?: Cost | null
  readonly finishReason?: FinishReason
}

/** A longer one is left out, not cut: half of a secret would not be known for what it is. */
const longestName = 200

/** In the words of OpenTelemetry's conventions for generative AI; what these have no word for is `resoftai.*`. What is not known is absent. */
export function endAttributes({ model, id, usage = {}, cost, finishReason }: CallEnd): Attributes {
  return known({
    'gen_ai.response.model': nameOf(model),
    'gen_ai.response.id': nameOf(id),
    'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason],
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
    'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
    'resoftai.usage.estimated': usage.estimated,
    // For sums over many traces, where a number is needed; the ledger has it exactly.
    'resoftai.cost': cost == null ? undefined : Number(decimalOf(cost.nanos)),
    'resoftai.cost.currency': cost?.currency
  })
}

/** Of one run of a tool. What it was given and what it returned is content, and not for traces. */
export function toolAttributes(name: string, callId: string): Attributes {
  return known({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': nameOf(callId)
  })
}

/** As a vendor tells it. */
function nameOf(told: string | undefined): string | undefined {
  return told === undefined || told.length > longestName ? undefined : withoutKeys(told)
}

/** Of one try. */
export function attemptAttributes({ provider, model, phase, kind, code, status, why, durationMs, waitMs }: Attempt): Attributes {
  return known({
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': withoutKeys(model),
    'http.response.status_code': status,
    'error.type': kind,
    'resoftai.attempt.code': code,
    'resoftai.attempt.phase': phase,
    'resoftai.attempt.why': why,
    'resoftai.attempt.duration_ms': durationMs,
    'resoftai.attempt.wait_ms': waitMs
  })
}

/** Without what is not known. */
export function known(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
