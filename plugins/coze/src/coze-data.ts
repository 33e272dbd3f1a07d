import { textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'

/** What a reply of Coze leaves in `providerData` under `coze`, in Coze's own spelling. */
export interface CozeData {
  readonly bot_id?: string | undefined
  readonly conversation_id?: string | undefined
  readonly chat_id?: string | undefined
  /** The chat has stopped until these are answered. */
  readonly waiting?: readonly WaitingCall[]
  /** Questions that the bot suggests next. */
  readonly follow_ups?: readonly string[]
  /** The workflow has stopped until it is resumed. */
  readonly interrupt?: Interrupt | undefined
  /** Of a workflow that runs on by itself (`is_async`). */
  readonly execute_id?: string
}

export interface WaitingCall {
  readonly id: string
  /** A question of a workflow to the user: the next message answers it. Otherwise a tool is called. */
  readonly reply: boolean
}

export interface Interrupt {
  readonly event_id: string
  readonly type: number
  /** How it was run: a streamed run is resumed at another address. */
  readonly stream: boolean
}

export function dataEvent(data: CozeData): ChatEvent {
  const told = Object.entries(data).filter(([, value]) => value !== undefined)
  return { type: 'provider_data', data: { coze: Object.fromEntries(told) } }
}

/** The chat that an object of the API belongs to: a chat names itself `id`, a message names it `chat_id`. */
export function readIds(body: JsonObject): CozeData {
  return { bot_id: textOf(body.bot_id), conversation_id: textOf(body.conversation_id), chat_id: textOf(body.chat_id ?? body.id) }
}

export function readInterrupt({ event_id, type }: JsonObject, stream: boolean): Interrupt | undefined {
  const id = textOf(event_id)
  return id !== undefined && typeof type === 'number' ? { event_id: id, type, stream } : undefined
}
