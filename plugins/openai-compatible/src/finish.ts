import type { FinishReason, ProviderErrorKind } from '@resoftai/sdk'

/** A word that some vendors end a reply with although it is no reply but a failure. */
export interface FailedFinish {
  readonly failed: ProviderErrorKind
  readonly message: string
  readonly hint?: string
}

type FinishMeaning = FinishReason | FailedFinish

const failure = (failed: ProviderErrorKind, message: string, hint?: string): FailedFinish => ({
  failed,
  message,
  ...(hint !== undefined && { hint })
})

/** What the vendors' words mean (WIRE.md 1.2, 1.3, 3.3, 4.4, 4.6, 4.8, 7.6). A word that is not here is passed on as `unknown`. */
export const finishWords: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  ['sensitive', 'content_filter'],
  ['error', failure('server', 'The vendor ended the reply with an error and did not say which.')],
  ['network_error', failure('server', 'The vendor lost the model while it answered.')],
  ['insufficient_system_resource', failure('overloaded', 'The vendor ran out of resources while it answered.')],
  [
    'model_context_window_exceeded',
    failure(
      'context_length',
      'The conversation no longer fits into the context of the model.',
      'Shorten the conversation, or choose a model with a larger context.'
    )
  ]
])
