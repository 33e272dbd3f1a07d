import { isObject, ProviderError, type ChatEvent } from '@resoftai/sdk'
import { addressHint } from './error-rules.ts'
import { isFailure, readError } from './errors.ts'
import { ReplyReader } from './reply-reader.ts'

/** Reads a whole reply. */
export function decodeWhole(body: unknown): readonly ChatEvent[] {
  if (isObject(body) && isFailure(body)) throw readError(body, undefined)
  if (!isObject(body) || !Array.isArray(body.content)) {
    throw new ProviderError('protocol', 'The vendor answered with JSON that holds no message (no `content`).', {
      code: 'unreadable',
      hint: addressHint
    })
  }
  const events: ChatEvent[] = []
  const reader = new ReplyReader()
  reader.begin(body, events)
  reader.finish(events)
  return events
}
