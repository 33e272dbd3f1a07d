import type { JsonSchema } from '@resoftai/sdk'
import type { ConfigField, Manifest } from '../plugins/types.ts'
import { emptyRecord } from './record.ts'
import { hostFields } from './settings.ts'

/** Keys of an entry that say which fields it has, and are none themselves. */
export const entryKeys: ReadonlySet<string> = new Set(['plugin', 'preset'])

/** The fields a provider of this plugin has. Of the host's own fields a manifest may change the default and the text, not the limits. */
export function providerFields(manifest: Manifest): Readonly<Record<string, ConfigField>> {
  const fields = Object.assign(emptyRecord<ConfigField>(), manifest.config.properties)
  for (const [name, field] of Object.entries(hostFields)) {
    const own = fields[name]
    fields[name] = { ...own, ...field, ...(own?.['default'] !== undefined && { default: own['default'] }) }
  }
  return fields
}

/** What an entry is checked against. Secrets stand in it as placeholders, so they are any text here; `required` is judged apart. */
export function providerSchema({ config }: Manifest, fields: Readonly<Record<string, ConfigField>>): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.writeOnly === true ? { type: 'string' } : field])
  )
  const { required: _required, ...rest } = config
  return { ...rest, properties, additionalProperties: false }
}

/** A preset, its values apart from what is said about them. */
export interface PresetParts {
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
  readonly variables: Readonly<Record<string, readonly string[]>>
  /** Instead of the manifest's own. */
  readonly required: readonly string[] | undefined
}

const aboutPreset = new Set(['x-env', 'x-help', 'title', 'description', 'required'])

export function readPreset(manifest: Manifest, name: string): PresetParts | undefined {
  const { presets = {} } = manifest
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (preset === undefined) return undefined
  return {
    name,
    values: Object.fromEntries(Object.entries(preset).filter(([key]) => !aboutPreset.has(key))),
    variables: preset['x-env'] ?? {},
    required: Array.isArray(preset['required']) ? preset['required'].filter(key => typeof key === 'string') : undefined
  }
}

/**
 * The variables a field is taken from. With a preset only the preset's own count: `API_KEY` and `BASE_URL` belong together, and must not
 * give their key or address to a vendor that the preset names.
 */
export function variablesOf(name: string, field: ConfigField | undefined, preset: PresetParts | undefined): readonly string[] {
  if (preset === undefined) return field?.['x-env'] ?? []
  return Object.hasOwn(preset.variables, name) ? (preset.variables[name] ?? []) : []
}
