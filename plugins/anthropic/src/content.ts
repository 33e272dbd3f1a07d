import { ProviderError, type Content, type ContentPart, type JsonObject } from '@resoftai/sdk'
import { decodeText, readDataUrl, type DataUrl } from './data-url.ts'

export type Block = JsonObject & { readonly type: string }
export type Warn = (warning: string) => void

/** What a user or a tool says, as blocks; texts without a word are left out, as the vendor refuses them. */
export function encodeContent(content: Content, warn: Warn): Block[] {
  const parts: readonly ContentPart[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  return parts.flatMap(part => encodePart(part, warn))
}

export function textBlocks(text: string): Block[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

function encodePart(part: ContentPart, warn: Warn): Block | Block[] {
  switch (part.type) {
    case 'text':
      return textBlocks(part.text)
    case 'image':
      if (part.detail === 'low' || part.detail === 'high') warn('Anthropic knows no `detail` of images; it was left out.')
      return encodeImage(part.url)
    case 'file':
      return encodeFile(part.url, part.filename)
    case 'audio':
      throw new ProviderError('bad_request', 'Anthropic models take no audio.', { hint: 'Send a transcript, or ask another provider.' })
  }
}

function encodeImage(url: string): Block {
  const data = readDataUrl(url)
  return { type: 'image', source: data === undefined ? { type: 'url', url } : base64Source(data) }
}

function encodeFile(url: string, title: string | undefined): Block {
  const data = readDataUrl(url)
  if (data?.mediaType.startsWith('image/')) return encodeImage(url)
  return {
    type: 'document',
    source: data === undefined ? { type: 'url', url } : documentSource(data),
    ...(title !== undefined && { title })
  }
}

const textLike = /^text\/|^application\/(?:.+\+)?(?:json|xml|yaml|x-yaml|javascript|toml|sql)$/

function documentSource(data: DataUrl): unknown {
  if (data.mediaType === 'application/pdf') return base64Source(data)
  if (textLike.test(data.mediaType)) return { type: 'text', media_type: 'text/plain', data: decodeText(data) }
  throw new ProviderError('bad_request', `Anthropic takes no files of type ${data.mediaType.slice(0, 100)}.`, {
    hint: 'Send it as PDF, as text or as an image.'
  })
}

function base64Source({ mediaType, isBase64, data }: DataUrl): unknown {
  if (isBase64) return { type: 'base64', media_type: mediaType, data }
  throw new ProviderError('bad_request', `A data: URL of type ${mediaType.slice(0, 100)} must be in base64.`)
}
