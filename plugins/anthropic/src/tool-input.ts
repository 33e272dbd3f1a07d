import { isObject, type JsonObject } from '@resoftai/sdk'

interface ToolInput {
  readonly input: JsonObject
  /** The arguments were no JSON object. */
  readonly isWrapped: boolean
}

/** A tool call's arguments as the object that this API wants. What is none is wrapped, so that the model sees what it wrote. */
export function readToolInput(text: string): ToolInput {
  if (text.trim() === '') return { input: {}, isWrapped: false }
  const value = parse(text)
  return isObject(value) ? { input: value, isWrapped: false } : { input: { value }, isWrapped: true }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
