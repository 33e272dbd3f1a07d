import { ReplyBuilder, type ChatEvent, type ChatReply, type Dialect, type WireEvent } from '@resoftai/sdk'
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
  return eventsOfWire(
    dialectWith(quirks),
    chunks.map(chunk => ({ data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }))
  )
}

export function eventsOfWire(dialect: Dialect, wire: readonly WireEvent[]): readonly ChatEvent[] {
  const decode = dialect.streamDecoder()
  const events: ChatEvent[] = []
  for (const event of wire) {
    const meaning = decode(event)
    if (meaning === 'done') break
    events.push(...meaning)
  }
  return events
}

export function replyOf(chunks: readonly unknown[], quirks: Quirks = {}): ChatReply {
  return join(eventsOf(chunks, quirks))
}

/** The same for a whole reply. */
export function wholeReplyOf(body: unknown, quirks: Quirks = {}): ChatReply {
  return join(dialectWith(quirks).decode(body))
}

/** As a host joins them: the first `finish` that says something ends the reply. */
export function join(events: Iterable<ChatEvent>): ChatReply {
  const all = [...events]
  const finishes = all.filter(event => event.type === 'finish')
  const finish = finishes.find(event => event.reason !== 'unknown') ?? finishes[0]
  const builder = new ReplyBuilder('asked')
  for (const event of all) if (event.type !== 'finish') builder.add(event)
  if (finish !== undefined) builder.add(finish)
  return builder.reply()
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
