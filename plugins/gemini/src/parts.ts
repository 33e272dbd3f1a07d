import { ProviderError, type Content, type ContentPart, type JsonObject } from '@resoftai/sdk'
import { readMimeType } from './mime-types.ts'
import type { Warn } from './warn.ts'

/** What a user or a tool says, as parts of a content. Never empty: a content without parts is refused. */
export function encodeParts(content: Content, warn: Warn): readonly JsonObject[] {
  const parts = typeof content === 'string' ? [{ text: content }] : content.map(part => encodePart(part, warn))
  return parts.length === 0 ? [{ text: '' }] : parts
}

export function encodePart(part: ContentPart, warn: Warn): JsonObject {
  switch (part.type) {
    case 'text':
      return { text: part.text }
    case 'image':
      if (part.detail !== undefined && part.detail !== 'auto') {
        warn('Gemini takes no `detail` of single images; it was left out (`generationConfig.mediaResolution` in `extra` holds for all).')
      }
      return encodeMedia(part.url, warn)
    case 'audio':
      return { inlineData: { mimeType: `audio/${part.format}`, data: part.data } }
    case 'file':
      if (part.filename !== undefined) warn('Gemini takes no names of files; `filename` was left out.')
      return encodeMedia(part.url, warn, part.filename)
  }
}

function encodeMedia(url: string, warn: Warn, filename = ''): JsonObject {
  if (/^data:/i.test(url)) return { inlineData: readDataUrl(url) }
  const mimeType = readMimeType(url) ?? readMimeType(filename)
  if (mimeType === undefined) warn(`The kind of a file at an address without a known extension was left out; Gemini may refuse it.`)
  return { fileData: { ...(mimeType !== undefined && { mimeType }), fileUri: url } }
}

/** RFC 2397: `data:[type][;parameters][;base64],data`. */
function readDataUrl(url: string): JsonObject {
  const comma = url.indexOf(',')
  if (comma === -1) throw new ProviderError('bad_request', 'A data: URL of a message has no comma and so no data.')
  const [mimeType = '', ...parameters] = url.slice('data:'.length, comma).split(';')
  const data = url.slice(comma + 1)
  const isBase64 = parameters.some(parameter => parameter.trim().toLowerCase() === 'base64')
  return { mimeType: mimeType === '' ? 'text/plain' : mimeType, data: isBase64 ? data : toBase64(data) }
}

function toBase64(escaped: string): string {
  const bytes = new TextEncoder().encode(unescapeText(escaped))
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
}

function unescapeText(escaped: string): string {
  try {
    return decodeURIComponent(escaped)
  } catch {
    return escaped
  }
}
