import { isObject, type Content, type ContentPart, type JsonObject } from '@resoftai/sdk'
import { badRequest } from '../error.ts'
import { noteDropped, wrongType, type Reading } from '../openai/reading.ts'
import { readList, readText } from '../openai/values.ts'
import { readDocumentSource, readImageSource } from './source.ts'

const mostBlocks = 10_000

/** `cache_control` and `citations` say how the vendor should work, not what is said. */
const blockFields = {
  text: new Set(['type', 'text', 'cache_control', 'citations']),
  image: new Set(['type', 'source', 'cache_control']),
  document: new Set(['type', 'source', 'title', 'context', 'cache_control', 'citations']),
  search_result: new Set(['type', 'source', 'title', 'content', 'cache_control', 'citations'])
} as const

/** A text, or blocks of several kinds. */
export function readContent(value: unknown, param: string, reading: Reading): Content {
  if (typeof value === 'string') return value
  const blocks = readBlocks(value, param)
  return blocks.length === 0 ? '' : blocks.flatMap((block, position) => readPart(block, `${param}.${position}`, reading))
}

/** Where only text can stand. */
export function readPlainContent(value: unknown, param: string, reading: Reading): string {
  if (typeof value === 'string') return value
  const texts = readBlocks(value, param).map((block, position) => {
    const at = `${param}.${position}`
    if (block.type !== 'text') throw badRequest(`\`${at}.type\` must be text.`, `${at}.type`)
    noteDropped(block, blockFields.text, at, reading)
    return readText(block.text, `${at}.text`)
  })
  return texts.filter(text => text !== '').join('\n\n')
}

/** Blocks, each an object. */
export function readBlocks(value: unknown, param: string): readonly JsonObject[] {
  if (Array.isArray(value) && value.length === 0) return []
  if (!Array.isArray(value)) throw wrongType(param, 'a text or a list of blocks', value)
  return readList(value, param, mostBlocks).map((block, position) => {
    if (!isObject(block)) throw wrongType(`${param}.${position}`, 'an object', block)
    return block
  })
}

/** One block of a user or of a tool. */
export function readPart(block: JsonObject, param: string, reading: Reading): readonly ContentPart[] {
  const { type } = block
  if (typeof type !== 'string' || !Object.hasOwn(blockFields, type)) {
    throw badRequest(`\`${param}.type\` must be one of ${Object.keys(blockFields).join(', ')}.`, `${param}.type`)
  }
  const kind = type as keyof typeof blockFields
  noteDropped(block, blockFields[kind], param, reading)
  switch (kind) {
    case 'text':
      return [{ type: 'text', text: readText(block.text, `${param}.text`) }]
    case 'image':
      return [readImageSource(block.source, `${param}.source`)]
    case 'document':
      return readDocument(block, param, reading)
    case 'search_result':
      return [readSearchResult(block, param, reading)]
  }
}

/** `context` is for the model to read, so it stands before the document. */
function readDocument({ source, title, context }: JsonObject, param: string, reading: Reading): readonly ContentPart[] {
  const about = readOptional(context, `${param}.context`)
  const filename = readOptional(title, `${param}.title`)
  const document =
    isObject(source) && source.type === 'content'
      ? readInnerParts(source, `${param}.source`, reading)
      : [readDocumentSource(source, `${param}.source`, filename)]
  return about === undefined ? document : [{ type: 'text', text: about }, ...document]
}

function readInnerParts({ content }: JsonObject, param: string, reading: Reading): readonly ContentPart[] {
  const inner = `${param}.content`
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return readBlocks(content, inner).flatMap((block, position) => {
    const at = `${inner}.${position}`
    // No document is in a document: what is read has an end.
    if (block.type !== 'text' && block.type !== 'image') throw badRequest(`\`${at}.type\` must be text or image.`, `${at}.type`)
    return readPart(block, at, reading)
  })
}

/** No other vendor knows these, so they are told as a text. */
function readSearchResult({ source, title, content }: JsonObject, param: string, reading: Reading): ContentPart {
  const head = [readText(title, `${param}.title`), readText(source, `${param}.source`)]
  return { type: 'text', text: [...head, readPlainContent(content, `${param}.content`, reading)].filter(text => text !== '').join('\n') }
}

function readOptional(value: unknown, param: string): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : readText(value, param)
}
