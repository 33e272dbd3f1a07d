import { isObject, ProviderError, type ChatEvent } from '@resoftai/sdk'
import { ReplyReader } from './reply-reader.ts'

/** Reads a whole reply; a list is a stream that was not asked for as events, all of it. */
export function decodeWhole(body: unknown): readonly ChatEvent[] {
  const reader = new ReplyReader()
  const events = (Array.isArray(body) ? body : [body]).flatMap((chunk: unknown) => (isObject(chunk) ? reader.read(chunk) : []))
  if (reader.finished) return events
  if (reader.said) return [...events, ...reader.end()]
  throw new ProviderError('protocol', 'The vendor answered with JSON that holds no reply (no `candidates`).', {
    code: 'unreadable',
    hint: 'Is api_base right? It ends in a version such as /v1beta.'
  })
}
