import type { FinishReason } from '@resoftai/sdk'
import { GatewayError } from '../error.ts'

const words = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use', content_filter: 'refusal', unknown: 'end_turn' } as const

/** The finer words of Anthropic itself, and what they mean. */
const finer: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop_sequence', 'stop'],
  ['pause_turn', 'stop'],
  ['model_context_window_exceeded', 'length'],
  ['compaction', 'unknown']
])

/** Clients run tools by this word alone, so a reply that calls some and only says that it ended is `tool_use`. */
export function stopReason(reason: FinishReason, raw: string | undefined, hasCalls: boolean): string {
  // A host throws in its place; if one does not, half a reply must not look whole.
  if (reason === 'error') {
    throw new GatewayError('The provider ended the reply with an error.', { status: 502, type: 'api_error', code: 'provider_error' })
  }
  if (finer.get(raw) === reason) return raw as string
  return hasCalls && (reason === 'stop' || reason === 'unknown') ? 'tool_use' : words[reason]
}
