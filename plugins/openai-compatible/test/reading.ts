import type { ChatEvent, ChatReply } from '@resoftai/sdk'
import { joinEvents, readEvents } from '@resoftai/sdk/testing'
import { createOpenAIDialect, type OpenAIDialect, type Quirks } from '../src/dialect.ts'

export function dialectWith(quirks: Quirks = {}): OpenAIDialect {
  return createOpenAIDialect({
    url: path => `https://service.example/v1${path}`,
    headers: { Authorization: 'Bearer {{secret:api_key}}' },
    quirks
  })
}

/** A chunk of the first choice. */
export function delta(fields: Readonly<Record<string, unknown>>, finish?: string | null): unknown {
  return { id: 'chatcmpl-1', model: 'm', choices: [{ index: 0, delta: fields, ...(finish !== undefined && { finish_reason: finish }) }] }
}

/** What the decoder makes of a stream; a text in place of a chunk is sent as it is. */
export function eventsOf(chunks: readonly unknown[], quirks: Quirks = {}): readonly ChatEvent[] {
  return readEvents(
    dialectWith(quirks),
    chunks.map(chunk => ({ data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }))
  )
}

export function replyOf(chunks: readonly unknown[], quirks: Quirks = {}): ChatReply {
  return joinEvents(eventsOf(chunks, quirks), 'asked')
}

/** The same for a whole reply. */
export function wholeReplyOf(body: unknown, quirks: Quirks = {}): ChatReply {
  return joinEvents(dialectWith(quirks).decode(body), 'asked')
}

/** The error that a piece of code throws. */
export function errorOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('It threw nothing.')
}
