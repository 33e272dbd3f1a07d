import { isObject, parseLeniently, ProviderError, type ChatEvent, type JsonObject, type StreamDecoder, type WireEvent } from '@resoftai/sdk'
import type { ErrorRules } from './error-rules.ts'
import { isFailure } from './error-envelope.ts'
import { readError } from './errors.ts'
import type { Frames } from './frames.ts'
import { ReplyReader, type ReplyReaderOptions } from './reply-reader.ts'

const nothing: readonly ChatEvent[] = []

/**
 * Reads one stream. `[DONE]` is the end mark. When no reason to finish came before it, the reader first returns what is missing (a
 * `finish` with a warning, FAULTS.md N16) and says `done` for whatever comes after; the host ends at the end of the body anyway. A body
 * that ends with neither gets no `finish` from here: it was cut. With `frames` events come in these.
 */
export function createStreamDecoder(options: ReplyReaderOptions, frames?: Frames): StreamDecoder {
  const reader = new ReplyReader('stream', options)
  let count = 0
  let begun = false
  let ended = false
  return event => {
    if (ended) return 'done'
    if (isEndMark(event.data)) {
      if (!begun) throw new ProviderError('protocol', 'The vendor ended the stream before any piece of a reply.', { code: 'empty' })
      ended = true
      const rest = [...(frames?.release() ?? nothing), ...reader.end()]
      return rest.length === 0 ? 'done' : rest
    }
    count++
    const chunk = parseChunk(event, count, options.errors)
    if (chunk === undefined) return nothing
    begun = true
    const events = reader.read(chunk)
    return frames === undefined ? events : frames.add(event, chunk, events)
  }
}

function isEndMark(data: string): boolean {
  // Nearly every event begins with `{`: look no further then.
  return data.charCodeAt(0) !== 123 && data.trim() === '[DONE]'
}

function parseChunk({ event, data }: WireEvent, count: number, errors: ErrorRules): JsonObject | undefined {
  if (event !== 'error' && data === '') return undefined
  const chunk = parseLeniently(data)
  if (event === 'error') throw readError(chunk, undefined, errors)
  if (!isObject(chunk)) throw new ProviderError('protocol', `Event ${count} of the stream cannot be read.`, { code: 'unreadable' })
  if (isFailure(chunk)) throw readError(chunk, undefined, errors)
  return chunk
}
