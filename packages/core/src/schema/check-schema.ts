import type { JsonSchema } from '@resoftai/sdk'
import type { Problem } from '../error.ts'
import { linearPattern } from './linear-pattern.ts'
import { isSchema, schemaParts, type SchemaPart } from './schema-parts.ts'
import { schemaWork } from './schema-work.ts'

const mostBytes = 64 * 1024
const mostDepth = 32

/** What makes a stranger's schema unsafe to compile or to run. Judged without compiling anything. */
export function checkSchema(schema: JsonSchema): readonly Problem[] {
  const tooLarge = checkSize(schema)
  return tooLarge.length > 0 ? tooLarge : checkParts(schema)
}

/** What makes it unsafe even to write it down. */
export function checkSize(schema: JsonSchema): readonly Problem[] {
  if (isDeeper(schema, mostDepth)) return [{ message: `The schema is nested more than ${mostDepth} levels deep.` }]
  if (Buffer.byteLength(JSON.stringify(schema)) > mostBytes) return [{ message: `The schema is larger than ${mostBytes / 1024} KB.` }]
  return []
}

/** The rest, of a schema whose size is good. */
export function checkParts(schema: JsonSchema): readonly Problem[] {
  const parts = collectParts({ schema, path: '', sameValue: true })
  const anchors = new Map(parts.map(part => [part.schema['$anchor'], part.schema]))
  const resolve = (reference: string) => (/^#($|\/)/.test(reference) ? pointedAt(schema, reference) : anchors.get(reference.slice(1)))

  const problems = parts.flatMap(({ schema: part, path }) =>
    [...referenceProblems(part, resolve), ...patternProblems(part)].map(problem => ({
      ...problem,
      path: path === '' ? problem.path : `${path}.${problem.path}`
    }))
  )
  if (problems.length > 0) return problems
  const work = schemaWork(schema, resolve)
  return work === undefined ? [] : [{ message: work }]
}

/** Stops at the limit, so that it is safe for any depth and for a value that holds itself. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1))
}

function collectParts(root: SchemaPart): readonly SchemaPart[] {
  const inside = schemaParts(root.schema).map(part => ({ ...part, path: root.path === '' ? part.path : `${root.path}.${part.path}` }))
  return [root, ...inside.flatMap(collectParts)]
}

function pointedAt(root: JsonSchema, pointer: string): JsonSchema | undefined {
  let value: unknown = root
  for (const part of pointer.split('/').slice(1)) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~')
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return isSchema(value) ? value : undefined
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

type Found = { readonly message: string; readonly path: string }

/** Keywords that reach outside the document, change what a reference means, or make a validator asynchronous. */
const refused = ['$async', '$dynamicRef', '$recursiveRef']

function referenceProblems(part: JsonSchema, resolve: (reference: string) => JsonSchema | undefined): readonly Found[] {
  const reference = part['$ref']
  const found = refused.filter(keyword => part[keyword] !== undefined).map(path => ({ message: `${path} is not supported.`, path }))
  if (typeof reference !== 'string') return found
  if (!reference.startsWith('#')) return [...found, { message: 'A schema may refer to itself only: $ref must begin with #.', path: '$ref' }]
  return resolve(reference) === undefined ? [...found, { message: `The schema has no ${reference}.`, path: '$ref' }] : found
}

function patternProblems(part: JsonSchema): readonly Found[] {
  const keys = isSchema(part['patternProperties']) ? Object.keys(part['patternProperties']) : []
  const all = [['pattern', part['pattern']] as const, ...keys.map(key => ['patternProperties', key] as const)]
  return all.flatMap(([path, pattern]) => {
    try {
      if (typeof pattern === 'string') linearPattern(pattern)
      return []
    } catch (error) {
      return [{ message: `The pattern ${String(pattern).slice(0, 80)} is refused: ${(error as Error).message}.`, path }]
    }
  })
}
