import type { JsonSchema } from '@resoftai/sdk'
import type { Ajv } from 'ajv'
import { HostError, type HostErrorKind, type Problem } from '../error.ts'
import { checkParts, checkSize } from './check-schema.ts'
import { preparedValidator, type Validator } from './prepared.ts'
import { toProblems, type ProblemContext, type SchemaError } from './problems.ts'
import { isSchema, schemaParts } from './schema-parts.ts'

/** Everything that is wrong with a value; empty when nothing is. */
export type Validate = (value: unknown, context?: ProblemContext) => readonly Problem[]

export interface CompileOptions {
  /** Whose schema it is, for the error, e.g. `The config schema of plugin groq`. */
  readonly name?: string
  /** Kind of the error. Default: `plugin`. */
  readonly kind?: HostErrorKind
  /** An unknown keyword or format is an error, unless it begins with `x-`. Default: it is ignored, as JSON Schema says. */
  readonly strict?: boolean
}

/** Plugins are judged again and again by what they bring, and ajv never lets go of all that it has compiled. */
const compiled = new Map<string, Validate>()
const mostKept = 500

/**
 * A validator for a stranger's schema, draft 2020-12 or 7. Throws `HostError` with everything that is wrong with the schema. Neither
 * compiling nor judging changes a value, blocks the process or reads anything from outside.
 */
export async function compileSchema(schema: JsonSchema, options: CompileOptions = {}): Promise<Validate> {
  const { name = 'The schema', kind = 'plugin', strict = false } = options
  const problems = isSchema(schema) ? checkSize(schema) : [{ message: 'A schema is a JSON object.' }]
  if (problems.length > 0) throw new HostError(kind, `${name} cannot be used.`, { problems })
  const text = JSON.stringify(schema)
  const key = `${strict} ${text}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const prepared = strict ? undefined : await preparedValidator(text)
  const made = prepared === undefined ? await compile(schema, strict) : judgeWith(prepared)
  if (typeof made === 'function') {
    if (compiled.size >= mostKept) compiled.clear()
    compiled.set(key, made)
    return made
  }
  throw new HostError(kind, `${name} cannot be used.`, { problems: made })
}

function judgeWith(validate: Validator): Validate {
  return (value, context) => {
    try {
      return validate(value) ? [] : toProblems(validate.errors, context)
    } catch {
      return [{ message: 'The value is nested too deeply to be judged.' }]
    }
  }
}

async function compile(schema: JsonSchema, strict: boolean): Promise<Validate | readonly Problem[]> {
  const problems = checkParts(schema)
  if (problems.length > 0) return problems
  const { schemaEngine } = await import('./engine.ts')
  const engine = await schemaEngine(schema, strict)
  // The document's name says nothing here, and two documents may have the same one. The engine was chosen by its draft.
  const { $schema: _draft, $id: _name, ...document } = schema
  try {
    announce(engine, ownWords(document))
    if (engine.validateSchema(document) !== true) return toProblems(engine.errors as readonly SchemaError[])
    return judgeWith(engine.compile(document) as Validator)
  } catch (error) {
    return [{ message: (error as Error).message.replace(/^strict mode: /, '') }]
  } finally {
    engine.removeSchema(document)
  }
}

const announced = new WeakMap<Ajv, Set<string>>()

/** ajv refuses a word it was told before, and does not tell which ones it knows. */
function announce(engine: Ajv, words: readonly string[]): void {
  const known = announced.get(engine) ?? new Set()
  announced.set(engine, known)
  for (const word of words) {
    if (known.has(word)) continue
    engine.addKeyword(word)
    known.add(word)
  }
}

function ownWords(schema: JsonSchema): readonly string[] {
  const here = Object.keys(schema).filter(keyword => keyword.startsWith('x-'))
  return [...here, ...schemaParts(schema).flatMap(part => ownWords(part.schema))]
}
