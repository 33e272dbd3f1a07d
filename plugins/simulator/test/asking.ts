import {
  collect,
  isProviderError,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  type Provider,
  type ProviderError
} from '@resoftai/sdk'
import { testContext } from '@resoftai/sdk/testing'
import simulator from '../src/index.ts'

/** A request in few words: a text is one user message. */
export type Asked = Partial<Omit<ChatRequest, 'extra'>> & { readonly simulator?: unknown }

export function request(asked: string | Asked = 'Hello'): ChatRequest {
  const { simulator: directives, ...more } = typeof asked === 'string' ? { messages: [{ role: 'user' as const, content: asked }] } : asked
  return {
    model: 'canned',
    messages: [{ role: 'user', content: 'Hello' }],
    ...more,
    ...(directives !== undefined && { extra: { simulator: directives } })
  }
}

/** The provider as a host makes it. */
export async function createSimulator(): Promise<Provider> {
  const made = await simulator.create(testContext({ now: 0 }))
  if (!('chat' in made)) throw new Error('The simulator is not a provider of its own.')
  return made
}

export async function* chat(asked: string | Asked, signal = new AbortController().signal): AsyncGenerator<ChatEvent, void, undefined> {
  const provider = await createSimulator()
  yield* provider.chat(request(asked), signal)
}

export async function eventsOf(asked: string | Asked): Promise<readonly ChatEvent[]> {
  const events: ChatEvent[] = []
  for await (const event of chat(asked)) events.push(event)
  return events
}

export function replyOf(asked: string | Asked): Promise<ChatReply> {
  return collect(chat(asked))
}

/** What came before it failed, and with what; no error when it just ended. */
export async function failureOf(
  events: AsyncIterable<ChatEvent>
): Promise<{ seen: readonly ChatEvent[]; error: ProviderError | undefined }> {
  const seen: ChatEvent[] = []
  try {
    for await (const event of events) seen.push(event)
  } catch (error) {
    if (!isProviderError(error)) throw error
    return { seen, error }
  }
  return { seen, error: undefined }
}

export function textsOf(events: readonly ChatEvent[]): readonly string[] {
  return events.flatMap(event => (event.type === 'text' ? [event.text] : []))
}
