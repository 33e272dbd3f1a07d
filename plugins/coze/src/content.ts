import { ProviderError, type Content, type ContentPart } from '@resoftai/sdk'

/** `content` and `content_type` of a message to Coze. */
export interface EncodedContent {
  readonly content: string
  readonly content_type: 'text' | 'object_string'
}

export type Warn = (warning: string) => void

/**
 * Text as text, with pictures and files as an `object_string`, which has one text at most (WIRE.md 8.2). What is no http(s) address would have
 * to be uploaded first: in the question it is refused, in older messages left out.
 */
export function encodeContent(content: Content, { lead = '', isQuestion, warn }: EncodeContent): EncodedContent {
  const text = [lead, ...textsOf(content)].filter(Boolean).join('\n\n')
  const files = attachmentsOf(content).flatMap(part => encodeFile(part, isQuestion, warn))
  if (files.length === 0) return { content: text, content_type: 'text' }
  const parts = [...(text === '' ? [] : [{ type: 'text', text }]), ...files]
  return { content: JSON.stringify(parts), content_type: 'object_string' }
}

export interface EncodeContent {
  /** Put before the text. */
  readonly lead?: string
  readonly isQuestion: boolean
  readonly warn: Warn
}

/** Only the text, where Coze takes nothing else. */
export function plainText(content: Content, warn: Warn, where: string): string {
  if (attachmentsOf(content).length > 0) warn(`Coze takes only text in ${where}: pictures, sound and files were left out.`)
  return textsOf(content).join('\n\n')
}

function textsOf(content: Content): readonly string[] {
  return typeof content === 'string' ? [content] : content.flatMap(part => (part.type === 'text' ? [part.text] : []))
}

type Attachment = Exclude<ContentPart, { type: 'text' }>

function attachmentsOf(content: Content): readonly Attachment[] {
  return typeof content === 'string' ? [] : content.filter(part => part.type !== 'text')
}

function encodeFile(part: Attachment, isQuestion: boolean, warn: Warn): readonly object[] {
  if (part.type === 'audio' || !/^https?:/i.test(part.url)) {
    if (isQuestion) throw needsAddress()
    warn('Coze takes pictures, sound and files by http(s) address only: those of earlier messages that have none were left out.')
    return []
  }
  if (part.type === 'image' && part.detail !== undefined) warn('Coze takes no `detail` of a picture; it was left out.')
  if (part.type === 'file' && part.filename !== undefined) warn('Coze takes no file names; they were left out.')
  return [{ type: part.type, file_url: part.url }]
}

function needsAddress(): ProviderError {
  return new ProviderError('bad_request', 'Coze takes pictures, sound and files by http(s) address only.', {
    code: 'attachment',
    hint: 'Put it where Coze can read it, or upload it (POST /v1/files/upload) and send `additional_messages` with its file_id as `extra`.'
  })
}
