import { isUtf8 } from 'node:buffer'
import { isObject, type JsonObject, type MessageWord } from '@resoftai/sdk'
import { endOfString, endOfValue, skipBlanks } from './json-bounds.ts'
import { noteWords } from './message-words.ts'

/** A chat request whose messages nobody has read. */
export interface Skimmed {
  /** The body, with `null` for its messages. */
  readonly body: JsonObject
  /** The JSON text of the messages: a list that is not empty. */
  readonly messages: Buffer
  readonly words: ReadonlySet<MessageWord>
  /** Reads any part of the text, or all of it (`text`). Throws where it is refused. */
  readonly parse: (text: string) => unknown
  readonly text: () => string
}

/** No JSON is one. */
export function isSkimmed(body: unknown): body is Skimmed {
  return isObject(body) && body.messages instanceof Uint8Array
}

const most = { fields: 200, otherBytes: 65_536 } as const
const [quote, comma, colon, openList, openObject, closeObject] = [34, 44, 58, 91, 123, 125]
const key = Buffer.from('"messages"')

/**
 * Finds the messages of a chat request without reading them: a long text is passed over at the speed of memory. `parse` reads the rest. `undefined`
 * for all that is unusual: a field twice, anything that is nested deeply, much beside the messages, what is not UTF-8. That is for a reader of the
 * whole to judge.
 */
export function skim(bytes: Buffer, parse: (text: string) => unknown): Skimmed | undefined {
  const words = new Set<MessageWord>()
  const found = findMessages(bytes, words)
  if (found === undefined) return undefined
  const { from, to, fields } = found
  const isList = bytes[from] === openList && skipBlanks(bytes, from + 1) < to - 1
  if (!isList || bytes.length - (to - from) > most.otherBytes || !isUtf8(bytes)) return undefined
  const body = tryParse(`${bytes.toString('utf8', 0, from)}null${bytes.toString('utf8', to)}`, parse)
  // With one of them twice, escaped or not, there would be fewer.
  if (!isObject(body) || Object.keys(body).length !== fields) return undefined
  return { body, messages: bytes.subarray(from, to), words, parse, text: () => bytes.toString('utf8') }
}

/** Where the value of the field is, and how many fields there are. */
function findMessages(bytes: Buffer, words: Set<MessageWord>): { from: number; to: number; fields: number } | undefined {
  const note = noteWords(bytes, words)
  let found: { readonly from: number; readonly to: number } | undefined
  let at = skipBlanks(bytes, 0)
  if (bytes[at] !== openObject) return undefined
  for (let fields = 1; fields <= most.fields; fields++) {
    const name = skipBlanks(bytes, at + 1)
    const nameEnd = bytes[name] === quote ? endOfString(bytes, name) : -1
    if (nameEnd < 0) return undefined
    const isFound = nameEnd - name === key.length && key.compare(bytes, name, nameEnd) === 0
    const separator = skipBlanks(bytes, nameEnd)
    const from = skipBlanks(bytes, separator + 1)
    const to = bytes[separator] === colon ? endOfValue(bytes, from, isFound ? note : ignore) : -1
    if (to < 0) return undefined
    if (isFound) found = { from, to }
    at = skipBlanks(bytes, to)
    if (bytes[at] === comma) continue
    return bytes[at] === closeObject && found !== undefined ? { ...found, fields } : undefined
  }
  return undefined
}

/** `undefined` for what is no JSON: `null` would be a body. */
function tryParse(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

function ignore(): void {}
