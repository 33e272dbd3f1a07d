import type { Manifest } from '../plugins/types.ts'
import { requiredFields } from './missing-fields.ts'
import { pickElsewhere } from './pick-field.ts'
import { providerFields, readPreset, type PresetParts } from './provider-fields.ts'
import { emptyRecord } from './record.ts'
import type { SecretStore } from './secret-store.ts'
import type { HostConfig, ProviderEntry } from './types.ts'

export interface ImplicitInput {
  /** In order of precedence: the first of two presets of one name wins. */
  readonly manifests: readonly Manifest[]
  readonly config: HostConfig
  readonly secrets: SecretStore
}

/**
 * The providers that exist without being written down: a plugin or preset whose required fields all have a value, at least one of its
 * required or secret fields from a variable or the secret store; and a plugin that needs nothing. Those that need nothing come last.
 * Names that the configuration has are left to it.
 */
export function implicitProviders({ manifests, config, secrets }: ImplicitInput): Readonly<Record<string, ProviderEntry>> {
  const found = emptyRecord<ProviderEntry>()
  const add = (name: string, entry: ProviderEntry) => {
    if (!Object.hasOwn(config.providers, name)) found[name] ??= Object.freeze(entry)
  }
  const answers = manifests.map(manifest => ({ manifest, answer: judge(manifest.id, manifest, undefined, { config, secrets }) }))
  for (const { manifest, answer } of answers) if (answer === 'given') add(manifest.id, { plugin: manifest.id })
  const ids = new Set(manifests.map(({ id }) => id))
  for (const manifest of manifests) {
    for (const name of Object.keys(manifest.presets ?? {})) {
      if (ids.has(name)) continue
      if (judge(name, manifest, readPreset(manifest, name), { config, secrets }) === 'given')
        add(name, { plugin: manifest.id, preset: name })
    }
  }
  for (const { manifest, answer } of answers) if (answer === 'needs nothing') add(manifest.id, { plugin: manifest.id })
  return Object.freeze(found)
}

/** An entry that names no plugin, under the name of a preset: `groq: { api_key: … }` means the preset groq. */
export function completeEntry(name: string, entry: ProviderEntry, manifests: readonly Manifest[]): ProviderEntry {
  if (entry['plugin'] !== undefined || manifests.some(({ id, aliases = [] }) => id === name || aliases.includes(name))) return entry
  const manifest = manifests.find(({ presets = {} }) => Object.hasOwn(presets, name))
  return manifest === undefined ? entry : { preset: name, ...entry, plugin: manifest.id }
}

function judge(
  name: string,
  manifest: Manifest,
  preset: PresetParts | undefined,
  { config, secrets }: Pick<ImplicitInput, 'config' | 'secrets'>
): 'given' | 'needs nothing' | 'incomplete' {
  const fields = providerFields(manifest)
  const required = requiredFields(manifest, preset)
  const secret = Object.keys(fields).filter(key => fields[key]?.writeOnly === true)
  const origins = new Map(
    [...required, ...secret].map(key => [key, pickElsewhere(key, fields[key] ?? {}, { name, preset, config, secrets })?.origin.from])
  )
  if (required.some(key => origins.get(key) === undefined)) return 'incomplete'
  if ([...origins.values()].some(from => from === 'env' || from === 'secret')) return 'given'
  return preset === undefined && secret.length === 0 && required.length === 0 ? 'needs nothing' : 'incomplete'
}
