import { isObject, type Content, type ContentPart, type JsonObject } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { noteDropped, wrongType, type Reading } from './reading.ts'
import { readList, readName, readText } from './values.ts'

const mostParts = 2_000

const partFields = {
  text: new Set(['type', 'text']),
  image_url: new Set(['type', 'image_url']),
  input_audio: new Set(['type', 'input_audio']),
  file: new Set(['type', 'file']),
  refusal: new Set(['type', 'refusal'])
} as const

/** A text, or parts of several kinds. */
export function readContent(value: unknown, param: string, reading: Reading): Content {
  if (typeof value === 'string') return value
  return readParts(value, param).map((part, position) => readPart(part, `${param}.${position}`, reading))
}

/** Where only text can stand: a text, or parts that hold text, joined. */
export function readPlainContent(value: unknown, param: string, separator: string, reading: Reading): string {
  if (typeof value === 'string') return value
  const texts = readParts(value, param).map((part, position) => {
    const read = readPart(part, `${param}.${position}`, reading)
    if (read.type !== 'text')
      throw badRequest(`\`${param}.${position}\` must be a text: this message takes nothing else.`, `${param}.${position}`)
    return read.text
  })
  return texts.length === 1 ? (texts[0] as string) : texts.join(separator)
}

function readParts(value: unknown, param: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(param, 'a text or a list of parts', value)
  return readList(value, param, mostParts)
}

function readPart(value: unknown, param: string, reading: Reading): ContentPart {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  const { type } = value
  if (typeof type !== 'string' || !Object.hasOwn(partFields, type)) {
    throw badRequest(`\`${param}.type\` must be one of ${Object.keys(partFields).join(', ')}.`, `${param}.type`)
  }
  const kind = type as keyof typeof partFields
  noteDropped(value, partFields[kind], param, reading)
  switch (kind) {
    case 'text':
      return { type: 'text', text: readText(value.text, `${param}.text`) }
    case 'refusal':
      return { type: 'text', text: readText(value.refusal, `${param}.refusal`) }
    case 'image_url':
      return readImage(value.image_url, `${param}.image_url`)
    case 'input_audio': {
      const audio = readInner(value.input_audio, `${param}.input_audio`)
      return {
        type: 'audio',
        data: readName(audio.data, `${param}.input_audio.data`),
        format: readName(audio.format, `${param}.input_audio.format`)
      }
    }
    case 'file':
      return readFile(readInner(value.file, `${param}.file`), `${param}.file`)
  }
}

/** Some clients send the address alone. */
function readImage(value: unknown, param: string): ContentPart {
  if (typeof value === 'string') return { type: 'image', url: readUrl(value, param) }
  const image = readInner(value, param)
  const url = readUrl(image.url, `${param}.url`)
  const { detail } = image
  if (detail === undefined || detail === null) return { type: 'image', url }
  if (detail !== 'auto' && detail !== 'low' && detail !== 'high') {
    throw badRequest(`\`${param}.detail\` must be auto, low or high.`, `${param}.detail`)
  }
  return { type: 'image', url, detail }
}

function readFile(file: JsonObject, param: string): ContentPart {
  if (file.file_data === undefined && file.file_id !== undefined) {
    throw badRequest(
      `\`${param}.file_id\` names a file of one vendor. Send the file itself as \`file_data\`, a data: URL.`,
      `${param}.file_id`
    )
  }
  const url = readUrl(file.file_data, `${param}.file_data`)
  const { filename } = file
  if (filename === undefined || filename === null) return { type: 'file', url }
  return { type: 'file', url, filename: readText(filename, `${param}.filename`) }
}

function readInner(value: unknown, param: string): JsonObject {
  if (!isObject(value)) throw wrongType(param, 'an object', value)
  return value
}

function readUrl(value: unknown, param: string): string {
  if (typeof value !== 'string' || !/^(?:https?|data):/i.test(value)) throw wrongType(param, 'an http(s) or a data: URL', value)
  return value
}
