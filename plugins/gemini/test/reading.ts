import type { ChatEvent, ChatReply, ChatRequest, Dialect, WireRequest } from '@resoftai/sdk'
import { joinEvents, readServerSentEvents, testContext } from '@resoftai/sdk/testing'
import plugin, { type Config } from '../src/index.ts'

export async function dialectWith(config: Partial<Config> = {}, secrets: readonly string[] = ['api_key']): Promise<Dialect> {
  const made = await plugin.create(testContext<Config>({ config: { default_model: 'gemini-3.5-flash', ...config }, secrets }))
  if (!('encode' in made)) throw new Error('It is no dialect.')
  return made
}

export const dialect = await dialectWith()

/** What is sent for a request; `model` and `messages` have defaults. */
export function encode(
  request: Partial<ChatRequest>,
  from: Dialect = dialect
): WireRequest & { readonly body: Readonly<Record<string, unknown>> } {
  const wire = from.encode({ model: 'gemini-3.5-flash', messages: [{ role: 'user', content: 'Hi' }], ...request }, 'whole')
  return { ...wire, body: JSON.parse(JSON.stringify(wire.body)) as Readonly<Record<string, unknown>> }
}

/** A chunk of a stream with these parts. */
export function chunk(parts: readonly object[], finishReason?: string, more: object = {}): object {
  const candidate = { content: { role: 'model', parts }, ...(finishReason !== undefined && { finishReason }), index: 0 }
  return { candidates: [candidate], modelVersion: 'gemini-3.5-flash', responseId: 'r-1', ...more }
}

export function eventsOf(...chunks: readonly unknown[]): readonly ChatEvent[] {
  const decode = dialect.streamDecoder()
  return chunks.flatMap(data => {
    const meaning = decode({ data: typeof data === 'string' ? data : JSON.stringify(data) })
    return meaning === 'done' ? [] : [...meaning]
  })
}

export function eventsOfBody(body: string): readonly ChatEvent[] {
  return eventsOf(...readServerSentEvents(Buffer.from(body)).map(({ data }) => data))
}

export function replyOf(...chunks: readonly unknown[]): ChatReply {
  return joinEvents(eventsOf(...chunks), 'asked')
}

export function wholeReplyOf(body: unknown): ChatReply {
  const meaning = dialect.decode?.(body) ?? []
  if ('next' in meaning) throw new Error('It is no reply yet.')
  return joinEvents(meaning, 'asked')
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
