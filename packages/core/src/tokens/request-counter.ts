import type { ChatRequest, Content, ContentPart, Message, ResponseFormat, Tool } from '@resoftai/sdk'
import { imageWeight, mediaTokens } from './media-tokens.ts'

/** OpenAI's cookbook ("How to count tokens"): three around each message and its role, one more with a name, three that begin the reply. */
const messageTokens = 4
const nameTokens = 1
const replyTokens = 3
/** What stands around a tool, a call and a schema: a guess, as no vendor publishes it. */
const wrappingTokens = 8

/**
 * Counts a whole request by what counts a text: messages, reasoning that goes back, tools, their calls and results, a reply's schema, media.
 * `extra` and `providerData` are the vendor's own and are not counted. A schema is counted once for each object, so it must not be changed
 * afterwards. Never throws, whatever is in the request, and is never negative.
 */
export function requestCounter(countText: (text: string) => number): (request: ChatRequest) => number {
  const schemas = new WeakMap<object, number>()

  const text = (value: unknown) => countText(textOf(value))

  function schema(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 0
    const known = schemas.get(value)
    if (known !== undefined) return known
    const tokens = text(jsonOf(value))
    schemas.set(value, tokens)
    return tokens
  }

  function part(value: ContentPart, weight: number): number {
    switch (value.type) {
      case 'text':
        return text(value.text)
      case 'image':
        return weight * mediaTokens.image({ ...value, url: textOf(value.url) })
      case 'audio':
        return mediaTokens.audio({ ...value, data: textOf(value.data) })
      case 'file':
        return mediaTokens.file({ ...value, url: textOf(value.url) }) + text(value.filename)
      default:
        return 0
    }
  }

  const content = (value: Content, weight: number) =>
    typeof value === 'string' ? countText(value) : sum(value, item => part(item, weight))

  function message(value: Message, weight: number): number {
    let tokens = messageTokens + content(value.content, weight)
    if ('name' in value && value.name !== undefined) tokens += nameTokens + text(value.name)
    if (value.role !== 'assistant') return tokens
    return tokens + text(value.reasoning) + sum(value.toolCalls, call => wrappingTokens + text(call.name) + text(call.arguments))
  }

  const tool = (value: Tool) => wrappingTokens + text(value.name) + text(value.description) + schema(value.parameters)

  const format = (value: ResponseFormat | undefined) =>
    value?.type === 'json_schema' ? wrappingTokens + text(value.name) + text(value.description) + schema(value.schema) : 0

  return ({ model, messages, tools, responseFormat }) => {
    const weight = imageWeight(textOf(model))
    return Math.ceil(replyTokens + sum(messages, value => message(value, weight)) + sum(tools, tool) + format(responseFormat))
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Of the items that are objects: a caller without types may send anything. */
function sum<T extends object>(items: readonly T[] | undefined, count: (item: T) => number): number {
  let total = 0
  if (!Array.isArray(items)) return total
  for (const item of items as readonly T[]) if (typeof item === 'object' && item !== null) total += count(item)
  return total
}

/** `undefined` for what is no JSON (a cycle, a BigInt): it cannot be sent either. */
function jsonOf(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
