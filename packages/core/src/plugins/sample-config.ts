import { providerFields, readPreset } from '../config/provider-fields.ts'
import { placeholder } from '../config/secret-value.ts'
import type { ConfigField, Manifest } from './types.ts'

/** A config as `create()` may get it: a preset, defaults, a placeholder for each secret, and something plausible for what is required besides. */
export function sampleConfig(manifest: Manifest): Readonly<Record<string, unknown>> {
  const [preset] = Object.keys(manifest.presets ?? {})
  const { values: given = {} } = (preset === undefined ? undefined : readPreset(manifest, preset)) ?? {}
  const { required = [] } = manifest.config
  const values = Object.entries(providerFields(manifest)).map(([name, field]) => [
    name,
    given[name] ?? sampleValue(name, field, required.includes(name))
  ])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, unknown>
}

function sampleValue(name: string, field: ConfigField, isRequired: boolean): unknown {
  if (field.writeOnly === true) return placeholder(name)
  const { default: usual, examples, enum: choices, const: only } = field as Readonly<Record<string, unknown>>
  if (usual !== undefined || !isRequired) return usual
  const known = [only, ...asList(examples), ...asList(choices)].find(value => value !== undefined)
  if (known !== undefined) return known
  return field['type'] === 'string' && field['format'] === 'uri' ? 'https://api.example.com/v1' : plain[String(field['type'])]
}

const plain: Readonly<Record<string, unknown>> = { string: 'example', number: 1, integer: 1, boolean: true, array: [], object: {} }

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
