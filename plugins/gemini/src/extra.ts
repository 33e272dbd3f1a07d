import { isObject, type JsonObject } from '@resoftai/sdk'

/**
 * Puts the caller's own fields into a body; they win. Most of Gemini's fields stand inside of others: objects such as `generationConfig`
 * are joined field by field, and tools of the vendor stand beside the request's.
 */
export function addExtra(body: JsonObject, extra: JsonObject = {}): JsonObject {
  const fields = Object.entries(extra).map(([name, value]) => [
    name,
    joinField(name, Object.hasOwn(body, name) ? body[name] : undefined, value)
  ])
  return { ...body, ...(Object.fromEntries(fields) as JsonObject) }
}

function joinField(name: string, made: unknown, given: unknown): unknown {
  if (isObject(made) && isObject(given)) return { ...made, ...given }
  return name === 'tools' && Array.isArray(made) && Array.isArray(given) ? [...(made as unknown[]), ...(given as unknown[])] : given
}
