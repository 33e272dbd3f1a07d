import type { Content, ContentPart, JsonObject, ToolMessage } from '@resoftai/sdk'
import { parseObject } from './parse-object.ts'
import { encodePart } from './parts.ts'
import type { Warn } from './warn.ts'

/** The first generation that takes files inside of a result. */
const filesInside = 3

/** The parts that answer the calls of one turn: all in one content, a response for each call and in their order (WIRE.md 10.2). */
export function answerCalls(
  calls: readonly { readonly id: string; readonly part: JsonObject }[],
  results: readonly ToolMessage[],
  generation: number,
  warn: Warn
): readonly JsonObject[] {
  const open = [...results]
  const answers = calls.map(({ id, part }) => {
    const place = open.findIndex(result => result.toolCallId === id)
    return answer(part, place === -1 ? undefined : open.splice(place, 1)[0], generation, warn)
  })
  const strays = open.flatMap(result => tellStray(result, warn))
  return [...answers.map(({ response }) => response), ...answers.flatMap(({ behind }) => behind), ...strays]
}

interface Answer {
  readonly response: JsonObject
  /** What does not fit into it. */
  readonly behind: readonly JsonObject[]
}

function answer({ id, name }: JsonObject, result: ToolMessage | undefined, generation: number, warn: Warn): Answer {
  const respond = (response: JsonObject, more: JsonObject = {}) => ({
    functionResponse: { ...(id !== undefined && { id }), name, response, ...more }
  })
  if (result === undefined) {
    warn('A tool call without a result was answered with an error: Gemini wants a response to each.')
    return { response: respond({ error: 'There is no result of this call.' }), behind: [] }
  }
  const { text, files } = split(result.content)
  const isInside = (file: ContentPart) => generation >= filesInside && 'url' in file && /^data:/i.test(file.url)
  const parts = files.filter(isInside).map(file => encodePart(file, warn))
  const rest = files.filter(file => !isInside(file)).map(file => encodePart(file, warn))
  if (rest.length > 0) warn('Files in tool results are sent behind the results.')
  return {
    response: respond(
      result.isError === true ? { error: text } : (readExactly(text) ?? { result: text }),
      parts.length > 0 ? { parts } : {}
    ),
    behind: rest.length > 0 ? [{ text: `What ${String(name)} returned besides text:` }, ...rest] : []
  }
}

/** A result that belongs to no call of the turn before it, as text: a response without a call is refused. */
export function tellStray({ toolCallId, name, content }: ToolMessage, warn: Warn): readonly JsonObject[] {
  warn('A tool result without its call was sent as text.')
  const { text, files } = split(content)
  return [{ text: `Result of the tool call ${name ?? toolCallId}: ${text}` }, ...files.map(file => encodePart(file, warn))]
}

function split(content: Content): { readonly text: string; readonly files: readonly ContentPart[] } {
  if (typeof content === 'string') return { text: content, files: [] }
  const texts = content.flatMap(part => (part.type === 'text' ? [part.text] : []))
  return { text: texts.join('\n'), files: content.filter(part => part.type !== 'text') }
}

/** As an object, unless it has numbers that JSON would round: an id of a database must come back as it is. */
function readExactly(text: string): JsonObject | undefined {
  return /\d{16}/.test(text) ? undefined : parseObject(text)
}
