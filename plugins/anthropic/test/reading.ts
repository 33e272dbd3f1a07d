import { ReplyBuilder, type ChatEvent, type ChatReply, type ChatRequest, type Dialect, type ProviderContext } from '@resoftai/sdk'
import plugin, { type Config } from '../src/index.ts'

const defaults: Config = {
  api_base: 'https://api.anthropic.com',
  api_key: '{{secret:api_key}}',
  version: '2023-06-01',
  prompt_caching: false
}

export async function dialectWith(config: Partial<Config> = {}): Promise<Dialect> {
  const refuse = () => {
    throw new Error('It needs no tokens.')
  }
  const log = { debug() {}, info() {}, warn() {} }
  const context: ProviderContext<Config> = {
    provider: 'p',
    config: { ...defaults, ...config },
    log,
    clock: () => 0,
    sign: refuse,
    exchange: refuse
  }
  return (await plugin.create(context)) as Dialect
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
  const decode = dialect.streamDecoder()
  const found: ChatEvent[] = []
  for (const event of events) {
    const meaning = decode({ data: typeof event === 'string' ? event : JSON.stringify(event) })
    if (meaning === 'done') break
    found.push(...meaning)
  }
  return found
}

export function replyOf(events: readonly unknown[]): ChatReply {
  return join(eventsOf(events))
}

export function wholeReplyOf(body: unknown): ChatReply {
  return join(dialect.decode?.(body) as Iterable<ChatEvent>)
}

export function join(events: Iterable<ChatEvent>): ChatReply {
  const builder = new ReplyBuilder('asked')
  for (const event of events) builder.add(event)
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
