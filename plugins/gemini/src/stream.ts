import { isObject, ProviderError, type ChatEvent, type StreamDecoder } from '@resoftai/sdk'
import { ReplyReader } from './reply-reader.ts'

const nothing: readonly ChatEvent[] = []

/** Reads one stream, whose end is the end of the body: there is no end mark, but relays add `[DONE]`. */
export function createStreamDecoder(): StreamDecoder {
  const reader = new ReplyReader()
  let count = 0
  return ({ data }) => {
    count++
    if (data === '') return nothing
    const chunk = parse(data)
    if (isObject(chunk)) return reader.read(chunk)
    if (data.trim() === '[DONE]') return reader.finished ? 'done' : nothing
    throw new ProviderError('protocol', `Event ${count} of the stream cannot be read.`, { code: 'unreadable' })
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
