import type { JsonSchema } from '@resoftai/sdk'

/** How deep a schema that holds itself is followed. */
const deepest = 8

/**
 * A small value that fits a JSON Schema, always the same one: its default, first example, first choice, or the least of its type with the
 * required properties. Rules it does not know (`pattern`, `not`, …) it may break: models do that too.
 */
export function sampleValue(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isRecord(schema) || depth > deepest) return null
  const { $ref: reference, default: preset, examples, enum: choices, allOf } = schema
  if (typeof reference === 'string') return sampleValue(resolve(reference, root), root, depth + 1)
  if (preset !== undefined) return preset
  if (Object.hasOwn(schema, 'const')) return schema['const']
  if (Array.isArray(examples) && examples.length > 0) return examples[0]
  if (Array.isArray(choices) && choices.length > 0) return choices[0]
  const variants = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(variants) && variants.length > 0)
    return sampleValue(merge({ ...schema, anyOf: undefined, oneOf: undefined }, variants[0]), root, depth + 1)
  if (Array.isArray(allOf)) {
    const parts = allOf.map(part => (typeof asRecord(part)['$ref'] === 'string' ? resolve(String(asRecord(part)['$ref']), root) : part))
    return sampleValue(parts.reduce(merge, { ...schema, allOf: undefined }), root, depth + 1)
  }
  return sampleOfType(schema, root, depth)
}

function sampleOfType(schema: JsonSchema, root: unknown, depth: number): unknown {
  const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
  if (type === 'object' || (type === undefined && isRecord(schema['properties']))) return sampleObject(schema, root, depth)
  if (type === 'array')
    return Array.from({ length: Math.min(numberOf(schema['minItems']) ?? 0, 100) }, () => sampleValue(schema['items'], root, depth + 1))
  if (type === 'string') return sampleText(schema)
  if (type === 'integer' || type === 'number') return sampleNumber(schema, type === 'integer')
  return type === 'boolean' ? false : null
}

function sampleObject(schema: JsonSchema, root: unknown, depth: number): Readonly<Record<string, unknown>> {
  const properties = asRecord(schema['properties'])
  const required = Array.isArray(schema['required']) ? schema['required'].filter(name => typeof name === 'string') : []
  return Object.fromEntries(
    required.map(name => [name, sampleValue(Object.hasOwn(properties, name) ? properties[name] : undefined, root, depth + 1)])
  )
}

const formats: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  email: 'user@example.com',
  hostname: 'example.com',
  ipv4: '127.0.0.1',
  uri: 'https://example.com',
  uuid: '00000000-0000-4000-8000-000000000000'
}

function sampleText(schema: JsonSchema): string {
  const format = formats[String(schema['format'])]
  if (format !== undefined) return format
  const least = Math.min(numberOf(schema['minLength']) ?? 0, 1000)
  return 'text'.padEnd(least, 't').slice(0, numberOf(schema['maxLength']) ?? Infinity)
}

function sampleNumber(schema: JsonSchema, isInteger: boolean): number {
  const above = numberOf(schema['exclusiveMinimum'])
  const below = numberOf(schema['exclusiveMaximum'])
  const step = numberOf(schema['multipleOf']) ?? (isInteger ? 1 : 0)
  const lowest = Math.max(numberOf(schema['minimum']) ?? -Infinity, above ?? -Infinity)
  const highest = Math.min(numberOf(schema['maximum']) ?? Infinity, below ?? Infinity)
  const gap = step || Math.min(0.5, (highest - lowest) / 2)
  const least = above === lowest ? lowest + gap : lowest
  const most = below === highest ? highest - gap : highest
  const value = Math.min(Math.max(0, least), most)
  if (step <= 0) return value
  const up = Math.ceil(value / step) * step
  return up > most ? Math.floor(most / step) * step : up
}

function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined
  const keys = reference.slice(1).split('/').slice(1)
  return keys.reduce<unknown>((value, key) => asRecord(value)[decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')], root)
}

function merge(one: JsonSchema, other: unknown): JsonSchema {
  const more = asRecord(other)
  const lists = [one['required'], more['required']].flatMap(list => (Array.isArray(list) ? list : []))
  return { ...one, ...more, properties: { ...asRecord(one['properties']), ...asRecord(more['properties']) }, required: lists }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
