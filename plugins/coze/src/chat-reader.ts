import { isObject, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import { dataEvent, readIds, type CozeData, type WaitingCall } from './coze-data.ts'
import { unreadable } from './errors.ts'
import { usageEvents } from './usage.ts'

/** What a chat tells when it begins; with its ids it can be cancelled, and the conversation goes on. */
export function begin(ids: CozeData): readonly ChatEvent[] {
  const { bot_id = '', chat_id } = ids
  return [{ type: 'start', model: bot_id, ...(chat_id !== undefined && { id: chat_id }) }, dataEvent(ids)]
}

/** Reads the messages of one chat and its end. Of the many messages only answers are the reply; they come in pieces, and then whole. */
export class ChatReader {
  #ids: CozeData | undefined
  /** Characters of each answer that came in pieces. */
  readonly #told = new Map<string, number>()
  readonly #thought = new Set<string>()
  readonly #followUps: string[] = []
  #last: string | undefined

  /** `ids` of a chat whose beginning was told already. */
  constructor(ids?: CozeData) {
    this.#ids = ids
  }

  /** A chat has been created, or works. */
  progress(body: JsonObject): readonly ChatEvent[] {
    if (this.#ids !== undefined) return []
    this.#ids = readIds(body)
    return begin(this.#ids)
  }

  piece(message: JsonObject): readonly ChatEvent[] {
    const events = [...this.#open(message)]
    const id = textOf(message.id) ?? ''
    if (message.type !== 'answer') return events
    const thought = textOf(message.reasoning_content)
    if (thought !== undefined) {
      this.#thought.add(id)
      events.push({ type: 'reasoning', text: thought })
    }
    // A card or a list of parts is of no use in pieces.
    if (isText(message)) events.push(...this.#say(id, textOf(message.content)))
    return events
  }

  /** The whole of a message, which is only news where no piece of it came. */
  whole(message: JsonObject): readonly ChatEvent[] {
    const events = [...this.#open(message)]
    const id = textOf(message.id) ?? ''
    const content = textOf(message.content)
    if (message.type === 'follow_up' && content !== undefined) this.#followUps.push(content)
    if (message.type !== 'answer') return events
    const thought = this.#thought.has(id) ? undefined : textOf(message.reasoning_content)
    if (thought !== undefined) events.push({ type: 'reasoning', text: thought })
    const told = this.#told.get(id)
    if (told === undefined) events.push(...(message.content_type === 'audio' ? [] : this.#say(id, content)))
    else if (isText(message) && content !== undefined && told !== content.length) events.push(differs(told, content.length))
    return events
  }

  completed(chat: JsonObject): readonly ChatEvent[] {
    return [...this.progress(chat), ...usageEvents(chat.usage), this.#data(), { type: 'finish', reason: 'stop' }]
  }

  /** The chat waits: for results of tools, or for the user's answer to a question of a workflow. */
  requiresAction(chat: JsonObject): readonly ChatEvent[] {
    const calls = readCalls(chat)
    if (calls.length === 0) throw unreadable('a chat that waits, and does not say what for')
    const tools = calls.filter(({ reply }) => !reply)
    return [
      ...this.progress(chat),
      ...tools.map(({ id, name, text }, index): ChatEvent => ({ type: 'tool_call', index, id, name, arguments: text })),
      ...(tools.length < calls.length
        ? [{ type: 'warning', message: 'The bot waits for an answer: the next message gives it.' } as const]
        : []),
      ...usageEvents(chat.usage),
      this.#data(calls.map(({ id, reply }) => ({ id, reply }))),
      { type: 'finish', reason: tools.length > 0 ? 'tool_calls' : 'stop' }
    ]
  }

  #open(message: JsonObject): readonly ChatEvent[] {
    return textOf(message.chat_id) === undefined ? [] : this.progress(message)
  }

  #say(id: string, text: string | undefined): readonly ChatEvent[] {
    if (text === undefined) return []
    const isNext = this.#last !== undefined && this.#last !== id
    this.#last = id
    this.#told.set(id, (this.#told.get(id) ?? 0) + text.length)
    return [{ type: 'text', text: isNext ? `\n${text}` : text }]
  }

  #data(waiting?: readonly WaitingCall[]): ChatEvent {
    return dataEvent({
      ...this.#ids,
      ...(waiting !== undefined && { waiting }),
      ...(this.#followUps.length > 0 && { follow_ups: [...this.#followUps] })
    })
  }
}

function isText({ content_type }: JsonObject): boolean {
  return content_type === undefined || content_type === 'text'
}

function differs(told: number, whole: number): ChatEvent {
  return { type: 'warning', message: `The pieces of an answer have ${told} characters, and Coze says that the whole has ${whole}.` }
}

interface Call extends WaitingCall {
  readonly name: string
  readonly text: string
}

function readCalls({ required_action }: JsonObject): readonly Call[] {
  const submit = isObject(required_action) ? required_action.submit_tool_outputs : undefined
  const calls = isObject(submit) && Array.isArray(submit.tool_calls) ? submit.tool_calls : []
  return calls.filter(isObject).flatMap(call => {
    const id = textOf(call.id)
    const { name, arguments: text } = isObject(call.function) ? call.function : {}
    return id === undefined ? [] : [{ id, reply: call.type === 'reply_message', name: textOf(name) ?? '', text: textOf(text) ?? '{}' }]
  })
}
