import type { Problem } from '../error.ts'
import type { ConfigField, Manifest } from '../plugins/types.ts'
import { variablesOf, type PresetParts } from './provider-fields.ts'

interface MissingInput {
  readonly name: string
  readonly manifest: Manifest
  readonly preset: PresetParts | undefined
  readonly fields: Readonly<Record<string, ConfigField>>
  readonly values: Readonly<Record<string, unknown>>
  /** Fields about which enough is said already. */
  readonly spoilt: ReadonlySet<string>
}

/** Required fields that have no value from anywhere, each with the ways to give it one. */
export function missingFields({ name, manifest, preset, fields, values, spoilt }: MissingInput): readonly Problem[] {
  return requiredFields(manifest, preset)
    .filter(key => values[key] === undefined && !spoilt.has(key))
    .map(key => ({ message: `${key} is missing.`, path: key, suggestion: waysToSet(key, name, fields[key], preset) }))
}

/** How a person gives a field its value. */
export function waysToSet(key: string, name: string, field: ConfigField | undefined, preset: PresetParts | undefined): string {
  const variables = variablesOf(key, field, preset)
  const command =
    field?.writeOnly === true ? `run: resoftai secret set ${name} ${key}` : `write providers.${name}.${key} in the configuration`
  const ways = variables.length > 0 ? `set ${variables.join(' or ')}, or ${command}` : command
  return `${ways.charAt(0).toUpperCase()}${ways.slice(1)}`
}

/** A preset may ask for more or less than its plugin: a local server needs no key. */
export function requiredFields(manifest: Manifest, preset: PresetParts | undefined): readonly string[] {
  return preset?.required ?? manifest.config.required ?? []
}
