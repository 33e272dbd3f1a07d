import { isObject, parseLeniently, ProviderError, type ChatEvent, type JsonObject, type StreamDecoder, type WireEvent } from '@resoftai/sdk'
import { isFailure, readError } from './errors.ts'
import { ReplyReader } from './reply-reader.ts'

const nothing: readonly ChatEvent[] = []

/** Reads one stream. The type inside an event counts: some servers send no `event:` lines. Unknown types are passed over. */
export function createStreamDecoder(): StreamDecoder {
  const reader = new ReplyReader()
  let count = 0
  let ended = false
  return event => {
    if (ended) return 'done'
    const data = parse(event, ++count)
    if (data === undefined) return nothing
    const events: ChatEvent[] = []
    ended = read(reader, data, events)
    return ended && events.length === 0 ? 'done' : events
  }
}

/** True at the end mark. */
function read(reader: ReplyReader, data: JsonObject, events: ChatEvent[]): boolean {
  const { type, index, message, content_block: block, delta, usage } = data
  switch (type) {
    case 'message_start':
      if (isObject(message)) reader.begin(message, events)
      return false
    case 'content_block_start':
      if (isObject(block)) reader.beginBlock(index, block, events)
      return false
    case 'content_block_delta':
      if (isObject(delta)) reader.readDelta(index, delta, events)
      return false
    case 'content_block_stop':
      reader.endBlock(index, events)
      return false
    case 'message_delta':
      reader.readEnd(delta, usage, events)
      return false
    case 'message_stop':
      if (!reader.hasBegun) throw new ProviderError('protocol', 'The vendor ended the stream before it began a reply.', { code: 'empty' })
      reader.finish(events)
      return true
    default:
      return false
  }
}

function parse({ event, data }: WireEvent, count: number): JsonObject | undefined {
  if (event !== 'error' && (data === '' || data === '[DONE]')) return undefined
  const value = parseLeniently(data)
  if (event === 'error' || (isObject(value) && isFailure(value))) throw readError(value, undefined)
  if (!isObject(value)) throw new ProviderError('protocol', `Event ${count} of the stream cannot be read.`, { code: 'unreadable' })
  return value
}
