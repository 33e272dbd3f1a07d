import { isObject, type ContentPart, type JsonObject } from '@resoftai/sdk'
import { badRequest, type GatewayError } from '../error.ts'
import { wrongType } from '../openai/reading.ts'
import { readText } from '../openai/values.ts'

export function readImageSource(value: unknown, param: string): ContentPart {
  const source = readSource(value, param)
  if (source.type === 'base64') return { type: 'image', url: readBase64(source, param) }
  if (source.type === 'url') return { type: 'image', url: readUrl(source, param) }
  throw unknownSource(source, param, 'base64 or url')
}

export function readDocumentSource(value: unknown, param: string, filename: string | undefined): ContentPart {
  const source = readSource(value, param)
  const url = documentUrl(source, param)
  return { type: 'file', url, ...(filename !== undefined && { filename }) }
}

function documentUrl(source: JsonObject, param: string): string {
  switch (source.type) {
    case 'base64':
      return readBase64(source, param)
    case 'url':
      return readUrl(source, param)
    case 'text':
      return `data:text/plain;base64,${Buffer.from(readText(source.data, `${param}.data`)).toString('base64')}`
    default:
      throw unknownSource(source, param, 'base64, url, text or content')
  }
}

function readSource(value: unknown, param: string): JsonObject {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  return value
}

function readBase64({ media_type: mediaType, data }: JsonObject, param: string): string {
  if (typeof mediaType !== 'string' || !/^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType)) {
    throw wrongType(`${param}.media_type`, 'a media type, such as image/png', mediaType)
  }
  return `data:${mediaType};base64,${readText(data, `${param}.data`)}`
}

function readUrl({ url }: JsonObject, param: string): string {
  if (typeof url !== 'string' || !/^https?:/i.test(url)) throw wrongType(`${param}.url`, 'an http(s) URL', url)
  return url
}

function unknownSource({ type }: JsonObject, param: string, known: string): GatewayError {
  const hint = type === 'file' ? ' Files that are kept with a vendor are not known here: send the file itself.' : ''
  return badRequest(`\`${param}.type\` must be ${known}.${hint}`, `${param}.type`)
}
