import { isObject, parseLeniently, type JsonObject } from '@resoftai/sdk'

/** The object that a text is as JSON; `undefined` when it is none. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseLeniently(text)
  return isObject(value) ? value : undefined
}
