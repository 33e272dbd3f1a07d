import { Readable } from 'node:stream'
import type { Message } from '@resoftai/sdk'
import type { Conversation, StoredMessage } from '@resoftai/storage'
import { badRequest } from '../error.ts'
import { conversationDocument, messageDocument } from './documents.ts'

type Form = (conversation: Conversation, messages: AsyncIterable<StoredMessage>) => AsyncGenerator<string, void>

const forms: Readonly<Record<string, { readonly type: string; readonly write: Form }>> = {
  json: { type: 'application/json; charset=utf-8', write: writeJson },
  jsonl: { type: 'application/x-ndjson; charset=utf-8', write: writeLines },
  md: { type: 'text/markdown; charset=utf-8', write: writeMarkdown }
}

/** A conversation as a file, written as it is read: it may be long. Throws `GatewayError` 400 for a format that is none. */
export function exportConversation(
  conversation: Conversation,
  messages: AsyncIterable<StoredMessage>,
  format: unknown = 'json'
): { readonly body: Readable; readonly headers: Readonly<Record<string, string>> } {
  const form = typeof format === 'string' && Object.hasOwn(forms, format) ? forms[format] : undefined
  if (form === undefined) throw badRequest(`\`format\` must be one of ${Object.keys(forms).join(', ')}.`, 'format')
  return {
    body: Readable.from(form.write(conversation, messages)),
    headers: {
      'content-type': form.type,
      'content-disposition': `attachment; filename="conversation-${conversation.id}.${String(format)}"`
    }
  }
}

/** What `GET /api/conversations/{id}` answers. */
export async function* writeJson(conversation: Conversation, messages: AsyncIterable<StoredMessage>): AsyncGenerator<string, void> {
  yield `${JSON.stringify(conversationDocument(conversation)).slice(0, -1)},"messages":[`
  let between = ''
  for await (const message of messages) {
    yield between + JSON.stringify(messageDocument(message))
    between = ','
  }
  yield ']}\n'
}

async function* writeLines(_conversation: Conversation, messages: AsyncIterable<StoredMessage>): AsyncGenerator<string, void> {
  for await (const message of messages) yield `${JSON.stringify(messageDocument(message))}\n`
}

const speakers: Readonly<Record<Message['role'], string>> = { system: 'System', user: 'User', assistant: 'Assistant', tool: 'Tool' }

async function* writeMarkdown({ title }: Conversation, messages: AsyncIterable<StoredMessage>): AsyncGenerator<string, void> {
  yield `# ${title}\n`
  for await (const { message } of messages) {
    const { role, content } = message as Message
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
    if (text !== '') yield `\n## ${speakers[role]}\n\n${text}\n`
  }
}
