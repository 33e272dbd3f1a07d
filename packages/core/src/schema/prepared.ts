import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { JsonSchema } from '@resoftai/sdk'
import type { SchemaError } from './problems.ts'

/** As ajv makes it. */
export interface Validator {
  (value: unknown): boolean
  readonly errors?: readonly SchemaError[] | null
}

/**
 * The validator of a schema that was known when this package was built: the config of each plugin that comes with `resoftai`. It is found by the
 * digest of the schema, so that a changed one is compiled as any other. To load ajv takes ten times as long as all else of a start.
 */
export async function preparedValidator(schema: JsonSchema): Promise<Validator | undefined> {
  const file = new URL(`../../generated/prepared/${hash('sha256', JSON.stringify(schema))}.js`, import.meta.url)
  if (!existsSync(file)) return undefined
  const { default: validator } = (await import(file.href)) as { readonly default: Validator }
  return validator
}
