import { isObject, type JsonSchema } from '@resoftai/sdk'

/** The keyword's value as it is sent; `undefined`: it cannot be held. */
type Adapt = (value: unknown) => unknown

const same: Adapt = value => value
const list: Adapt = value => (Array.isArray(value) ? value.map(adaptPart) : undefined)
const byName: Adapt = value =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, adaptPart(part)])) : undefined

const plain = ['$schema', '$id', '$ref', 'title', 'description', 'default', 'type', 'const', 'enum', 'required']
const formats: readonly unknown[] = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid']

/** What constrained decoding knows of JSON Schema (WIRE.md 9.2; `format` and `minItems` as the vendor's own clients keep them). */
const keywords: ReadonlyMap<string, Adapt> = new Map([
  ...plain.map((key): [string, Adapt] => [key, same]),
  ['anyOf', list],
  ['allOf', list],
  ['properties', byName],
  ['$defs', byName],
  ['definitions', byName],
  ['items', value => (isObject(value) ? adaptSchema(value) : undefined)],
  ['additionalProperties', value => (value === false ? false : undefined)],
  ['format', value => (formats.includes(value) ? value : undefined)],
  ['minItems', value => (value === 0 || value === 1 ? value : undefined)]
])

/** The schema in that subset: every object is closed, and limits that cannot be held are put into words. */
export function adaptSchema(schema: JsonSchema): JsonSchema {
  const adapted = Object.entries(useAnyOf(schema)).map(([key, value]) => ({ key, value, sent: keywords.get(key)?.(value) }))
  const kept = adapted.filter(({ sent }) => sent !== undefined).map(({ key, sent }) => [key, sent])
  const limits = adapted.filter(({ sent }) => sent === undefined).map(({ key, value }) => [key, value])
  const words = limits.length === 0 ? undefined : `Must also fit: ${JSON.stringify(Object.fromEntries(limits))}`
  return {
    ...Object.fromEntries(kept),
    ...(words !== undefined && { description: [schema.description, words].filter(Boolean).join('\n') }),
    ...(isObjectSchema(schema) && { additionalProperties: false })
  }
}

export function isObjectSchema({ type, properties }: JsonSchema): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined
}

/** In place of `oneOf`, which is not known, and of a reference that does not stand alone. */
function useAnyOf(schema: JsonSchema): JsonSchema {
  const { $ref, oneOf, ...rest } = schema
  if (rest.anyOf !== undefined) return schema
  if (oneOf !== undefined) return { ...rest, ...($ref !== undefined && { $ref }), anyOf: oneOf }
  const isAlone = Object.keys(rest).every(key => key === '$defs' || key === 'definitions')
  return $ref === undefined || isAlone ? schema : { ...rest, anyOf: [{ $ref }] }
}

function adaptPart(part: unknown): unknown {
  return isObject(part) ? adaptSchema(part) : part
}
