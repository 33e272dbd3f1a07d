import type { JsonSchema } from '@resoftai/sdk'
import type { Ajv, ErrorObject, Options } from 'ajv'

/** Everything that is wrong with a value; empty when nothing is. */
export type Check = (value: unknown) => readonly string[]

const options: Options = {
  allErrors: true,
  strict: false,
  validateFormats: false,
  logger: false,
  // JSON.parse reads 1e400 as Infinity.
  strictNumbers: true,
  // Else `required: ['constructor']` would be fulfilled by every object.
  ownProperties: true
}

/** Compiles schemas of any draft from 4 on. An engine is loaded when first needed and then shared: it costs more than 60 ms. */
export class SchemaCompiler {
  #draft7: Ajv | undefined
  #draft2020: Ajv | undefined

  /** Throws for what is no schema, or needs something from outside. */
  async compile(schema: JsonSchema): Promise<Check> {
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new Error('it is no object')
    if (schema['$async'] === true) throw new Error('it is asynchronous')
    const { $schema: draft = '', ...document } = schema
    const ajv = await this.#engine(String(draft))
    try {
      const validate = ajv.compile(document)
      return value => {
        try {
          return validate(value) ? [] : describeErrors(validate.errors ?? [])
        } catch {
          return ['nested too deeply']
        }
      }
    } finally {
      // Another schema may have the same `$id`.
      ajv.removeSchema(document)
    }
  }

  async #engine(draft: string): Promise<Ajv> {
    if (/draft-0[4-7]/.test(draft)) {
      const { Ajv } = await import('ajv')
      return (this.#draft7 ??= new Ajv(options))
    }
    const { Ajv2020 } = await import('ajv/dist/2020.js')
    return (this.#draft2020 ??= new Ajv2020(options))
  }
}

const mostProblems = 20

function describeErrors(errors: readonly ErrorObject[]): string[] {
  const problems = errors.slice(0, mostProblems).map(describeError)
  return errors.length > mostProblems ? [...problems, `and ${errors.length - mostProblems} more`] : problems
}

function describeError({ instancePath, keyword, message, params }: ErrorObject): string {
  const values = keyword === 'enum' ? params['allowedValues'] : keyword === 'const' ? params['allowedValue'] : undefined
  const detail: unknown = values ?? params['additionalProperty'] ?? params['unevaluatedProperty']
  return `${instancePath === '' ? '' : `${instancePath} `}${message ?? 'is wrong'}${detail === undefined ? '' : `: ${JSON.stringify(detail)}`}`
}
