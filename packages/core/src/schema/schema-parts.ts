type Schema = Readonly<Record<string, unknown>>

const single = ['not', 'if', 'then', 'else', 'items', 'contains', 'additionalItems', 'additionalProperties', 'propertyNames']
const unevaluated = ['unevaluatedItems', 'unevaluatedProperties', 'contentSchema']
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']
const maps = ['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']

/** Keywords whose schemas judge the same value as the schema they stand in. */
const sameValue = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependencies']

export interface SchemaPart {
  readonly schema: Schema
  /** Dotted path inside the parent. */
  readonly path: string
  readonly sameValue: boolean
}

export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The schemas directly inside a schema. What only looks like one (`const`, `enum`, `default`, `examples`) is data. */
export function schemaParts(schema: Schema): readonly SchemaPart[] {
  return [
    ...[...single, ...unevaluated].flatMap(keyword => found(keyword, keyword, schema[keyword])),
    ...lists.flatMap(keyword => {
      const list: unknown = schema[keyword]
      return Array.isArray(list) ? list.flatMap((value, index) => found(keyword, `${keyword}.${index}`, value)) : []
    }),
    ...maps.flatMap(keyword => {
      const map = schema[keyword]
      return isSchema(map) ? Object.entries(map).flatMap(([key, value]) => found(keyword, `${keyword}.${key}`, value)) : []
    })
  ]
}

function found(keyword: string, path: string, value: unknown): readonly SchemaPart[] {
  return isSchema(value) ? [{ schema: value, path, sameValue: sameValue.includes(keyword) }] : []
}
