import { isObject, textOf, type ChatEvent, type JsonObject } from '@resoftai/sdk'
import type { PlainCalls } from './plain-calls.ts'

/** The only choice of a chunk or a whole reply whose fields around it are all there, as OpenAI's clients need them. */
export function plainChoice(body: JsonObject, object: 'chat.completion' | 'chat.completion.chunk'): JsonObject | undefined {
  const { choices } = body
  if (body.object !== object || typeof body.id !== 'string' || typeof body.model !== 'string' || typeof body.created !== 'number')
    return undefined
  if (!Array.isArray(choices) || choices.length !== 1) return undefined
  const choice: unknown = choices[0]
  return isObject(choice) && choice.index === 0 ? choice : undefined
}

/** Whether a client reads in a delta or message, as it is, what our events tell of it. */
export function isPlainMessage(message: JsonObject, events: readonly ChatEvent[]): boolean {
  const { content } = message
  if (content !== undefined && content !== null && typeof content !== 'string') return false
  if (isObject(message.function_call)) return false
  for (const { type } of events) {
    if (type === 'reasoning' && textOf(message.reasoning_content) === undefined) return false
    if (type === 'citation' && !Array.isArray(message.annotations)) return false
  }
  return true
}

/** Whether the vendor's word for the end means the same to a client. A refusal ends with `stop`: the client sees it in the message. */
export function isPlainFinish(choice: JsonObject, events: readonly ChatEvent[], calls: PlainCalls): boolean {
  const last = events.at(-1)
  if (last?.type !== 'finish' || !calls.haveArguments) return false
  return choice.finish_reason === last.reason || (choice.finish_reason === 'stop' && last.reason === 'content_filter')
}
