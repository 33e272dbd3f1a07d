import type { Problem } from '../error.ts'
import type { ConfigField } from '../plugins/types.ts'

/** Only fields at the top of a config can be secrets; one further down would reach the plugin as it is, so its manifest is refused. */
export function nestedSecrets(fields: Readonly<Record<string, ConfigField>>, manifestFile: string): readonly Problem[] {
  return Object.entries(fields)
    .filter(([, field]) => Object.entries(field).some(([keyword, part]) => keyword !== 'default' && holdsSecret(part, 0)))
    .map(([name]) => ({
      message: `The manifest marks something inside of ${name} as writeOnly; only a field at the top can be a secret.`,
      file: manifestFile,
      path: name,
      suggestion: 'Tell the author of the plugin.'
    }))
}

function holdsSecret(schema: unknown, depth: number): boolean {
  if (typeof schema !== 'object' || schema === null || depth > 32) return false
  return (schema as { readonly writeOnly?: unknown }).writeOnly === true || Object.values(schema).some(part => holdsSecret(part, depth + 1))
}
