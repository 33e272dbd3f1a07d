import type { ConfigField, FoundPlugin, ProviderEntry, SecretStore } from '@resoftai/core'

/** A provider that is being configured; nothing is written before it is complete. */
export interface Draft {
  readonly plugin: FoundPlugin
  readonly name: string
  readonly preset: string | undefined
  /** What goes into the configuration file. */
  readonly values: Record<string, unknown>
  /** What goes into the secret store. */
  readonly secrets: Map<string, string>
}

/** The name a provider gets when nobody says one. */
export function defaultName({ id }: FoundPlugin, preset: string | undefined): string {
  return preset ?? id
}

/** The draft over what the configuration has already. */
export function draftEntry(draft: Draft, written: ProviderEntry | undefined): ProviderEntry {
  return { ...written, ...newEntry(draft) }
}

/** What is written into the user's file. */
export function newEntry({ plugin, name, preset, values }: Draft): ProviderEntry {
  return { ...(name !== plugin.id && { plugin: plugin.id }), ...(preset !== undefined && { preset }), ...values }
}

/** The secret store as it will be. */
export function draftSecrets({ name, secrets }: Draft, store: SecretStore): SecretStore {
  return { ...store, get: (provider, field) => (provider === name ? secrets.get(field) : undefined) ?? store.get(provider, field) }
}

export function isSecret(field: ConfigField | undefined): boolean {
  return field?.writeOnly === true
}
