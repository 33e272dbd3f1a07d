import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { SchemaError } from './problems.ts'

/** As ajv makes it. */
export interface Validator {
  (value: unknown): boolean
  readonly errors?: readonly SchemaError[] | null
}

/**
 * The validator of a schema that was known when this package was built: the config of each plugin that comes with `resoftai`. It is found by the
 * digest of its JSON text, so that a changed one is compiled as any other. To load ajv takes ten times as long as all else of a start.
 */
export async function preparedValidator(schemaText: string): Promise<Validator | undefined> {
  const file = new URL(`../../generated/prepared/${hash('sha256', schemaText)}.js`, import.meta.url)
  if (!existsSync(file)) return undefined
  const { default: validator } = (await import(file.href)) as { readonly default: Validator }
  return validator
}
