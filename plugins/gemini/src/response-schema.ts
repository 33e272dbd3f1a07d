import { isObject, type JsonObject } from '@resoftai/sdk'

/** Words whose value is a schema or a list of schemas, and those whose value is an object of schemas. */
const within: ReadonlySet<string> = new Set(['items', 'prefixItems', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'])
const named: ReadonlySet<string> = new Set(['properties', '$defs'])

/** The same schema with `enum` in place of `const`, which `responseJsonSchema` does not know (WIRE.md 10.2). */
export function sayConstAsEnum(schema: JsonObject): JsonObject {
  const { const: only, ...rest } = schema
  const words = Object.entries(rest).map(([word, value]) => {
    if (within.has(word)) return [word, Array.isArray(value) ? value.map(convert) : convert(value)]
    if (!named.has(word) || !isObject(value)) return [word, value]
    return [word, Object.fromEntries(Object.entries(value).map(([name, part]) => [name, convert(part)]))]
  })
  return { ...(Object.fromEntries(words) as JsonObject), ...(only !== undefined && { enum: [only] }) }
}

function convert(schema: unknown): unknown {
  return isObject(schema) ? sayConstAsEnum(schema) : schema
}
