import { isObject, ProviderError, type ChatEvent, type FollowUp, type JsonObject } from '@resoftai/sdk'
import { get, type Api } from './api.ts'
import { begin, ChatReader } from './chat-reader.ts'
import { readIds } from './coze-data.ts'
import { chatFailure, isFailure, readError, unreadable } from './errors.ts'

/** Coze wants to be asked once in a second at most (WIRE.md 8.4). */
const shortestWaitMs = 1_000
const longestWaitMs = 5_000

export interface Polling {
  readonly api: Api
  /** How long a chat may take in all, in milliseconds. */
  readonly limitMs: number
}

/** The answer to a request for a chat: it has only begun. Then it is asked how it is until it has ended, and at last for its messages. */
export function decodeChat(chat: JsonObject, polling: Polling): Iterable<ChatEvent> | FollowUp {
  return decodeState(chat, { ...polling, chat, waitedMs: 0, events: begin(readIds(chat)) })
}

interface Poll extends Polling {
  /** As it was at first. */
  readonly chat: JsonObject
  readonly waitedMs: number
  /** Not told yet. */
  readonly events: readonly ChatEvent[]
}

function decodeState(state: JsonObject, poll: Poll): Iterable<ChatEvent> | FollowUp {
  const { api, chat, events, waitedMs, limitMs } = poll
  const ids = readIds(chat)
  const { conversation_id, chat_id } = ids
  if (state.status === 'failed' || state.status === 'canceled') throw chatFailure(state)
  if (state.status === 'requires_action') return [...events, ...new ChatReader(ids).requiresAction(state)]
  if (conversation_id === undefined || chat_id === undefined) throw unreadable('JSON that holds no chat')

  const query = { conversation_id, chat_id }
  if (state.status === 'completed') {
    return {
      next: get(api, '/v3/chat/message/list', query),
      events,
      decode: body => {
        const reader = new ChatReader(ids)
        return [...readMessages(body).flatMap(message => reader.whole(message)), ...reader.completed(state)]
      }
    }
  }
  if (waitedMs >= limitMs) throw late(limitMs)
  const afterMs = Math.min(longestWaitMs, shortestWaitMs + Math.round(waitedMs / 20))
  return {
    next: get(api, '/v3/chat/retrieve', query),
    afterMs,
    events,
    decode: body => decodeState(readData(body, isObject), { ...poll, waitedMs: waitedMs + afterMs, events: [] })
  }
}

/** In the order in which they were made, which the list does not have. */
function readMessages(body: unknown): readonly JsonObject[] {
  const messages = readData(body, Array.isArray).filter(isObject)
  return messages.toSorted((one, other) => createdAt(one) - createdAt(other))
}

function createdAt({ created_at }: JsonObject): number {
  return Number.isFinite(created_at) ? (created_at as number) : 0
}

function readData<T>(body: unknown, fits: (data: unknown) => data is T): T {
  if (isObject(body) && isFailure(body)) throw readError(body)
  if (isObject(body) && fits(body.data)) return body.data
  throw unreadable('JSON that holds no chat')
}

/** The chat goes on and is paid for, so it is not asked again. */
function late(limitMs: number): ProviderError {
  return new ProviderError('timeout', `The chat did not end within ${limitMs / 1000} s.`, {
    code: 'poll',
    retryable: false,
    hint: 'Raise poll_timeout, or ask for a stream.'
  })
}
