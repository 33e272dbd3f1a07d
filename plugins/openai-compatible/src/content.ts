import type { Content, ContentPart } from '@resoftai/sdk'

export type FileStyle = 'file' | 'file_url'

/** A user's content as the body says it. */
export function encodeContent(content: Content, files: FileStyle): unknown {
  return typeof content === 'string' ? content : content.map(part => encodePart(part, files))
}

function encodePart(part: ContentPart, files: FileStyle): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image':
      return { type: 'image_url', image_url: { url: part.url, ...(part.detail !== undefined && { detail: part.detail }) } }
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    case 'file':
      if (files === 'file_url') return { type: 'file_url', file_url: { url: part.url } }
      return { type: 'file', file: { filename: part.filename ?? 'file', file_data: part.url } }
  }
}

/** The text of a tool's result, and the parts that this API takes from users only. */
export function splitToolResult(content: Content): { readonly text: string; readonly attachments: readonly ContentPart[] } {
  if (typeof content === 'string') return { text: content, attachments: [] }
  const texts = content.filter(part => part.type === 'text')
  return { text: texts.map(part => part.text).join('\n'), attachments: content.filter(part => part.type !== 'text') }
}
