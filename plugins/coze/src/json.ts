/** A JSON object from outside: nothing about its fields is known. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value when it is a text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `given` over `defaults`, field by field; what is no object wins as it is. */
export function overDefaults(defaults: JsonObject, given: unknown): unknown {
  return isObject(given) ? { ...defaults, ...given } : (given ?? defaults)
}
