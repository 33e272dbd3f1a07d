import {
  isFollowUp,
  isProviderError,
  ReplyBuilder,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  type Dialect,
  type FollowUp,
  type JwtSpec,
  type ProviderContext,
  type ProviderError,
  type TokenExchange,
  type WireEvent
} from '@resoftai/sdk'
import type { Config } from '../src/config.ts'
import plugin from '../src/index.ts'

export const bot = '7379462189365198898'

/** What a plugin asked the host for. */
export interface Asked {
  readonly jwts: JwtSpec[]
  readonly exchanges: TokenExchange[]
}

export async function dialectWith(config: object = {}, { jwts, exchanges }: Asked = { jwts: [], exchanges: [] }): Promise<Dialect> {
  const token = 'app_id' in config ? {} : { api_key: '{{secret:api_key}}' }
  const context: ProviderContext<Config> = {
    provider: 'coze',
    config: { api_base: 'https://api.coze.com', bot_id: bot, ...token, ...config },
    log: { debug() {}, info() {}, warn() {} },
    clock: () => 0,
    sign: jwt => `{{token:jwt-${jwts.push(jwt)}}}`,
    exchange: exchange => `{{token:exchange-${exchanges.push(exchange)}}}`
  }
  return (await plugin.create(context)) as Dialect
}

/** What is sent for these messages to the bot. */
export async function encode(request: Partial<ChatRequest>, config: object = {}, mode: 'stream' | 'whole' = 'stream'): Promise<Sent> {
  const wire = (await dialectWith(config)).encode({ model: 'bot', messages: [{ role: 'user', content: 'Hi' }], ...request }, mode)
  const { pathname, searchParams } = new URL(wire.url)
  return {
    path: pathname,
    query: Object.fromEntries(searchParams),
    body: wire.body as Readonly<Record<string, unknown>>,
    warnings: wire.warnings ?? []
  }
}

export interface Sent {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
}

/** A named event with JSON. */
export function event(name: string, data: unknown): WireEvent {
  return { event: name, data: JSON.stringify(data) }
}

/** Joins events; the first `finish` ends the reply, as a host has it. */
export function replyOf(events: Iterable<ChatEvent>): ChatReply {
  const builder = new ReplyBuilder('asked')
  let finished = false
  for (const one of events) {
    if (one.type === 'finish' && finished) continue
    finished ||= one.type === 'finish'
    builder.add(one)
  }
  return builder.reply()
}

/** A whole reply from the answers to the requests that are made one after the other, and those requests. */
export function readWhole(
  dialect: Dialect,
  answers: readonly unknown[]
): { readonly events: readonly ChatEvent[]; readonly asked: readonly FollowUp[] } {
  const [first, ...then] = answers
  const events: ChatEvent[] = []
  const asked: FollowUp[] = []
  let meaning = dialect.decode?.(first) ?? []
  for (const answer of then) {
    if (!isFollowUp(meaning)) throw new Error('It asked for no more answers, and there are more.')
    asked.push(meaning)
    events.push(...(meaning.events ?? []))
    meaning = meaning.decode(answer)
  }
  if (isFollowUp(meaning)) throw new Error('It asks for more answers than there are.')
  return { events: [...events, ...meaning], asked }
}

export function errorOf(work: () => unknown): ProviderError {
  try {
    work()
  } catch (error) {
    if (isProviderError(error)) return error
    throw error
  }
  throw new Error('It threw nothing.')
}
