import { isObject, ProviderError, type ChatEvent } from '@resoftai/sdk'
import { isFailure } from './error-envelope.ts'
import { readError } from './errors.ts'
import { ReplyReader, type ReplyReaderOptions } from './reply-reader.ts'

/** Reads a whole reply. */
export function decodeWhole(body: unknown, options: ReplyReaderOptions): readonly ChatEvent[] {
  if (!isObject(body)) throw notAReply()
  if (isFailure(body)) throw readError(body, undefined, options.errors)
  if (!Array.isArray(body.choices) || body.choices.length === 0) throw notAReply()
  const reader = new ReplyReader('whole', options)
  const events = reader.read(body)
  return reader.finished ? events : [...events, ...reader.end()]
}

function notAReply(): ProviderError {
  return new ProviderError('protocol', 'The vendor answered with JSON that holds no reply (no `choices`).', {
    code: 'unreadable',
    hint: 'Is api_base right? It usually ends in /v1.'
  })
}
