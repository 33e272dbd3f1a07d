import type { Problem } from '../error.ts'
import { explain } from './explain.ts'
import { nearest } from './nearest.ts'

/** The part of an ajv error (with `verbose`) that is read here. */
export interface SchemaError {
  readonly keyword: string
  /** JSON pointer of the value. */
  readonly instancePath: string
  /** Where in the schema, e.g. `#/properties/timeout/type`. */
  readonly schemaPath: string
  readonly params: Readonly<Record<string, unknown>>
  /** Set when it is the name of a key that is wrong, not its value. */
  readonly propertyName?: string
  readonly parentSchema?: Readonly<Record<string, unknown>>
  readonly data?: unknown
}

export interface ProblemContext {
  /** What every path is put behind, e.g. `['providers', 'groq']`. */
  readonly prefix?: readonly string[]
  /** Where the value at a path was written. */
  readonly locate?: (path: readonly string[]) => Pick<Problem, 'file' | 'line'> | undefined
}

/** More would not be read, and a hostile file could cause millions. */
const mostProblems = 100

/** Every error of a validator in words for a person. A value is never quoted: it may be a key in the wrong place. */
export function toProblems(
  errors: readonly SchemaError[] | null | undefined,
  { prefix = [], locate }: ProblemContext = {}
): readonly Problem[] {
  const problems = new Map<string, Problem>()
  for (const error of withoutNoise(errors ?? [])) {
    const path = [...prefix, ...segments(error)]
    const message = explain(error, subject(path))
    const at = path.join('.')
    problems.set(`${at}\n${message}`, { message, ...(at !== '' && { path: at }), ...suggest(error), ...locate?.(path) })
    if (problems.size === mostProblems) break
  }
  return [...problems.values()]
}

/** Drops what only says that something else is wrong, and the branches of a choice when none of them is the obvious one. */
function withoutNoise(errors: readonly SchemaError[]): readonly SchemaError[] {
  const kept: SchemaError[] = []
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') continue
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf') {
      // The errors of the branches come right before the error of the choice.
      const tried = kept.splice(kept.findLastIndex(earlier => !isBranchOf(error, earlier)) + 1)
      const deeper = tried.filter(earlier => earlier.instancePath.length > error.instancePath.length)
      const other = tried.filter(earlier => earlier.keyword !== 'type')
      kept.push(...(deeper.length > 0 ? deeper : other.length === 1 ? other : [error]))
    } else kept.push(error)
  }
  return kept
}

/** Whether an error comes from inside of a choice, rather than from a keyword beside it. */
function isBranchOf(choice: SchemaError, error: SchemaError): boolean {
  if (error.instancePath !== choice.instancePath && !error.instancePath.startsWith(`${choice.instancePath}/`)) return false
  if (error.schemaPath.startsWith(`${choice.schemaPath}/`)) return true
  const parent = choice.schemaPath.slice(0, -choice.keyword.length)
  // A branch that is a reference has its errors where it refers to.
  return !error.schemaPath.startsWith(parent) || /^(?:\$defs|definitions)\//.test(error.schemaPath.slice(parent.length))
}

/** Of the value; for a missing or unknown key, of that key. */
function segments({ instancePath, params, keyword, propertyName }: SchemaError): readonly string[] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  const key = propertyName ?? params[keyParameters[keyword] ?? '']
  return typeof key === 'string' ? [...path, key] : path
}

/** The name of a value in a sentence: `timeout`, `models[0]`. */
function subject(path: readonly string[]): string {
  const name = path.findLastIndex(part => !/^\d+$/.test(part))
  const places = path.slice(name + 1).map(place => `[${place}]`)
  return `${path[name] ?? 'The value'}${places.join('')}`
}

const keyParameters: Readonly<Record<string, string>> = {
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty'
}

function suggest({ keyword, params, data, parentSchema }: SchemaError): Pick<Problem, 'suggestion'> {
  if (keyword === 'enum' && typeof data === 'string') return didYouMean(data, texts(params['allowedValues']))
  const unknown = params[keyParameters[keyword] ?? '']
  if (!keyword.endsWith('Properties') || typeof unknown !== 'string') return {}
  const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {}).filter(key => key !== '$schema')
  const close = didYouMean(unknown, known)
  if (close.suggestion !== undefined || known.length === 0 || known.length > 20) return close
  return { suggestion: `Known here: ${known.join(', ')}.` }
}

function didYouMean(written: string, known: readonly string[]): Pick<Problem, 'suggestion'> {
  const close = nearest(written, known)
  return close === undefined ? {} : { suggestion: `Did you mean ${close}?` }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
