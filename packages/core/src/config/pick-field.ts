import type { ConfigField } from '../plugins/types.ts'
import { coerceText } from './coerce.ts'
import { variablesOf, type PresetParts } from './provider-fields.ts'
import type { SecretStore } from './secret-store.ts'
import type { HostConfig, Origin, ProviderEntry } from './types.ts'

export interface FieldSources {
  readonly name: string
  readonly entry: ProviderEntry
  readonly preset: PresetParts | undefined
  readonly config: Pick<HostConfig, 'env' | 'origin' | 'providers'>
  readonly secrets: Pick<SecretStore, 'get' | 'place'>
}

export interface Picked {
  readonly value: unknown
  readonly origin: Origin
}

/** The value of one field, from the strongest source that has one: entry, secret store, environment, preset, default. */
export function pickField(key: string, field: ConfigField, sources: FieldSources): Picked | undefined {
  const { name, entry, preset, config, secrets } = sources
  if (Object.hasOwn(entry, key) && entry[key] !== undefined) {
    const value = entry[key]
    const origin = (isWritten(key, sources) ? config.origin(`providers.${name}.${key}`) : undefined) ?? { from: 'option' }
    const isText = origin.from === 'file' && origin.variables !== undefined && typeof value === 'string'
    return { value: isText ? coerceText(value, field) : value, origin }
  }
  return pickElsewhere(key, field, { preset, name, config, secrets })
}

/** Whether the entry has the field as the configuration says it; a command may try another value before it writes it there. */
export function isWritten(key: string, { name, entry, config }: Pick<FieldSources, 'name' | 'entry' | 'config'>): boolean {
  return entry[key] === config.providers[name]?.[key]
}

/** The same, without what the entry says. */
export function pickElsewhere(
  key: string,
  field: ConfigField,
  { name, preset, config, secrets }: Omit<FieldSources, 'entry'>
): Picked | undefined {
  const stored = field.writeOnly === true ? secrets.get(name, key) : undefined
  if (stored !== undefined) return { value: stored, origin: { from: 'secret', store: secrets.place } }
  for (const variable of variablesOf(key, field, preset)) {
    const text = config.env[variable]
    if (text === undefined || text === '') continue
    return { value: coerceText(text, field), origin: config.origin(`env.${variable}`) ?? { from: 'env', variable } }
  }
  if (preset !== undefined && Object.hasOwn(preset.values, key))
    return { value: preset.values[key], origin: { from: 'preset', preset: preset.name } }
  return field['default'] === undefined ? undefined : { value: field['default'], origin: { from: 'default' } }
}
