import { isObject, objectsOf, textOf, type AssistantMessage, type JsonObject, type ProviderData } from '@resoftai/sdk'
import { readGeneration } from './generation.ts'
import { decodeToolName } from './tool-names.ts'

/**
 * The parts of one reply, to send back as they came: signatures stand on any of them, and code that ran has no other place. Texts that
 * follow one another are one part, unless one of them is signed.
 */
export class ReplayLog {
  #parts: JsonObject[] = []
  #needed = false

  add(part: JsonObject): void {
    const last = this.#parts.at(-1)
    if (last !== undefined && isUnsignedText(last) && isUnsignedText(part) && last.thought === part.thought) {
      this.#parts[this.#parts.length - 1] = { ...last, text: `${last.text}${part.text}` }
      return
    }
    this.#parts.push(part)
    this.#needed ||= part.thoughtSignature !== undefined || !(typeof part.text === 'string' || isObject(part.functionCall))
  }

  /** `undefined` when the message without it says the same. */
  data(model: string | undefined): ProviderData | undefined {
    return this.#needed ? { gemini: { ...(model !== undefined && { model }), parts: [...this.#parts] } } : undefined
  }
}

function isUnsignedText(part: JsonObject): part is JsonObject & { readonly text: string } {
  return typeof part.text === 'string' && part.thoughtSignature === undefined
}

/**
 * The parts that this message had when Gemini said it. `undefined` when it said something else (somebody changed the message), or when a
 * model of another generation did: a signature that is not the model's own is refused.
 */
export function replayParts(
  { content, toolCalls = [], providerData }: AssistantMessage,
  generation: number
): readonly JsonObject[] | undefined {
  const data = providerData?.gemini
  if (!isObject(data) || !Array.isArray(data.parts) || !data.parts.every(isObject) || data.parts.length === 0) return undefined
  const own = Math.floor(readGeneration(textOf(data.model) ?? ''))
  if (own !== 0 && generation !== 0 && own !== Math.floor(generation)) return undefined
  const text = data.parts.map(part => (part.thought === true ? '' : (textOf(part.text) ?? ''))).join('')
  const calls = data.parts.flatMap(part => objectsOf([part.functionCall]))
  const isSame =
    text === content &&
    calls.length === toolCalls.length &&
    toolCalls.every((call, place) => sameCall(calls[place] ?? {}, call.name, call.arguments))
  return isSame ? data.parts : undefined
}

function sameCall({ name, args }: JsonObject, calledName: string, text: string): boolean {
  return decodeToolName(textOf(name) ?? '') === calledName && JSON.stringify(args ?? {}) === normalize(text)
}

function normalize(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}
