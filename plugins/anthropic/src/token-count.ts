import { countOf, isObject, ProviderError } from '@resoftai/sdk'
import { isFailure, readError } from './errors.ts'

/** What the counting endpoint refuses of a chat body, as it says nothing about the input. */
const aboutReplies: readonly string[] = [
  'max_tokens',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
  'container',
  'inference_geo'
]

export function countableBody(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !aboutReplies.includes(field)))
}

export function decodeTokenCount(body: unknown): number {
  if (isObject(body) && isFailure(body)) throw readError(body, undefined)
  const count = isObject(body) ? countOf(body.input_tokens) : undefined
  if (count === undefined) throw new ProviderError('protocol', 'The vendor answered without a number of tokens.', { code: 'unreadable' })
  return count
}
