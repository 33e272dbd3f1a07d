import type { ChatEvent, ChatReply, ChatRequest, Dialect } from '@resoftai/sdk'
import { joinEvents, readEvents, testContext } from '@resoftai/sdk/testing'
import plugin, { type Config } from '../src/index.ts'

const defaults: Config = {
  api_base: 'https://api.anthropic.com',
  api_key: '{{secret:api_key}}',
  version: '2023-06-01',
  prompt_caching: false
}

export async function dialectWith(config: Partial<Config> = {}): Promise<Dialect> {
  return (await plugin.create(testContext<Config>({ config: { ...defaults, ...config } }))) as Dialect
}

export interface Sent {
  readonly body: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

const dialect = await dialectWith()

/** What is sent for a request, over a short question to a model that has everything but `xhigh`. */
export function sent(request: Partial<ChatRequest> = {}): Sent {
  const { body, warnings = [] } = dialect.encode(
    { model: 'claude-sonnet-4-6', messages: [{ role: 'user', content: 'Hi' }], ...request },
    'whole'
  )
  return { body: body as Sent['body'], warnings }
}

/** What the decoder makes of a stream; a text in place of an event is sent as it is. */
export function eventsOf(events: readonly unknown[]): readonly ChatEvent[] {
  return readEvents(
    dialect,
    events.map(event => ({ data: typeof event === 'string' ? event : JSON.stringify(event) }))
  )
}

export function replyOf(events: readonly unknown[]): ChatReply {
  return joinEvents(eventsOf(events), 'asked')
}

export function wholeReplyOf(body: unknown): ChatReply {
  return joinEvents(dialect.decode?.(body) as Iterable<ChatEvent>, 'asked')
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

/** The events of a stream around its blocks. */
export function stream(
  blocks: readonly unknown[],
  stop: object = { stop_reason: 'end_turn' },
  usage: object = { output_tokens: 7 }
): unknown[] {
  return [
    { type: 'message_start', message: { id: 'msg_1', model: 'claude-x', content: [], stop_reason: null, usage: { input_tokens: 3 } } },
    ...blocks,
    { type: 'message_delta', delta: stop, usage },
    { type: 'message_stop' }
  ]
}

/** One block in pieces. */
export function block(index: number, start: object, ...deltas: readonly object[]): unknown[] {
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map(delta => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index }
  ]
}
