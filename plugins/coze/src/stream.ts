import { isObject, ProviderError, type ChatEvent, type JsonObject, type StreamDecoder } from '@resoftai/sdk'
import { ChatReader } from './chat-reader.ts'
import { chatFailure, isFailure, readError } from './errors.ts'
import { WorkflowReader } from './workflow-reader.ts'

type Read = (body: JsonObject) => readonly ChatEvent[]

/** Reads the stream of a chat or of a workflow: their events have other names (WIRE.md 8.3, 8.6). Unknown ones are passed over. */
export function createStreamDecoder(): StreamDecoder {
  const chat = new ChatReader()
  const workflow = new WorkflowReader()
  const readers = new Map<string, Read>([
    ['conversation.chat.created', body => chat.progress(body)],
    ['conversation.chat.in_progress', body => chat.progress(body)],
    ['conversation.message.delta', body => chat.piece(body)],
    ['conversation.message.completed', body => chat.whole(body)],
    ['conversation.chat.requires_action', body => chat.requiresAction(body)],
    ['conversation.chat.completed', body => chat.completed(body)],
    ['conversation.chat.failed', body => fail(chatFailure(body))],
    ['conversation.chat.canceled', body => fail(chatFailure({ ...body, status: 'canceled' }))],
    ['error', body => fail(readError(body))],
    ['Message', body => workflow.message(body)],
    ['Interrupt', body => workflow.interrupt(body)],
    ['Error', body => fail(readError(body))],
    ['Done', () => workflow.done()],
    // An error may come without a name.
    ['', body => (isFailure(body) ? fail(readError(body)) : [])]
  ])
  let begun = false
  return ({ event = '', data }) => {
    if (event === 'done' && begun) return 'done'
    if (event === 'done') throw new ProviderError('protocol', 'Coze ended the stream before any piece of a reply.', { code: 'empty' })
    const read = readers.get(event)
    if (read === undefined) return []
    begun = true
    return read(parse(event, data))
  }
}

function fail(error: ProviderError): never {
  throw error
}

/** Failures and ends say enough by their name. */
const needsNoBody: ReadonlySet<string> = new Set(['', 'error', 'Error', 'Done', 'conversation.chat.failed', 'conversation.chat.canceled'])

function parse(event: string, data: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // As what is no object.
  }
  if (isObject(value)) return value
  if (needsNoBody.has(event)) return {}
  throw new ProviderError('protocol', `The event ${event} of the stream cannot be read.`, { code: 'unreadable' })
}
