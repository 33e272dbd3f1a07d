import type { FinishReason } from '@resoftai/sdk'
import { GatewayError } from '../error.ts'

type FinishWord = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/**
 * OpenAI's clients know these words only, and some fail on others. A reply of `unknown` reason was ended properly by the vendor: to a client
 * that is `stop`, or `tool_calls` when there are some; the vendor's own word stands beside it as `native_finish_reason`.
 */
export function finishWord(reason: FinishReason, hasCalls: boolean): FinishWord {
  if (reason === 'unknown') return hasCalls ? 'tool_calls' : 'stop'
  // A host throws in its place; if one does not, half a reply must not look whole.
  if (reason === 'error') {
    throw new GatewayError('The provider ended the reply with an error.', { status: 502, type: 'api_error', code: 'provider_error' })
  }
  return reason
}
