import { isObject, type JsonObject, type JsonSchema } from '@resoftai/sdk'
import { isObjectSchema } from './schema.ts'

/** False for a schema that constrained decoding refuses (recursion, references to elsewhere) or would empty (objects with free names). */
export function isExpressible(root: JsonSchema): boolean {
  const references = new Map<string, 'open' | 'done'>()
  const follow = (reference: string): boolean => {
    const state = references.get(reference)
    if (state !== undefined) return state === 'done'
    const target = resolve(root, reference)
    if (target === undefined) return false
    references.set(reference, 'open')
    const isFine = visit(target)
    references.set(reference, 'done')
    return isFine
  }
  const visit = (node: unknown): boolean => {
    if (!isObject(node)) return true
    if (isObjectSchema(node) && isOpen(node)) return false
    return (typeof node.$ref !== 'string' || follow(node.$ref)) && parts(node).every(visit)
  }
  return visit(root)
}

/** Without properties it could only be `{}` once it is closed. */
function isOpen({ properties, additionalProperties = properties === undefined, patternProperties }: JsonObject): boolean {
  return additionalProperties !== false || patternProperties !== undefined
}

function parts(node: JsonObject): readonly unknown[] {
  const { items, properties, anyOf, oneOf, allOf } = node
  return [
    items,
    ...(isObject(properties) ? Object.values(properties) : []),
    ...[anyOf, oneOf, allOf].flatMap(list => (Array.isArray(list) ? list : []))
  ]
}

/** `#/$defs/Name`, a JSON pointer into the same schema. */
function resolve(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined
  let node: unknown = root
  for (const step of reference.slice(1).split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    node = isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined
  }
  return node
}
