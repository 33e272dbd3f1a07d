import type { JsonSchema } from '@resoftai/sdk'

/** A text, or one text for each locale (`en`, `zh-CN`). */
export type LocalText = string | Readonly<Record<string, string>>

/** One field of a plugin's config schema; JSON Schema plus three words of ours. */
export type ConfigField = JsonSchema & {
  readonly writeOnly?: boolean
  /** Environment variables to take the value from, the first that is set. */
  readonly 'x-env'?: readonly string[]
  readonly 'x-help'?: LocalText
}

/** Default values for config fields; `x-env` replaces the variables a field is taken from, `required` the fields that must be set. */
export type Preset = Readonly<Record<string, unknown>> & {
  readonly required?: readonly string[]
  readonly 'x-env'?: Readonly<Record<string, readonly string[]>>
  readonly title?: LocalText
}

/** `resoftai.plugin.json`, see `schemas/plugin-manifest.schema.json`. */
export interface Manifest {
  readonly manifestVersion: 1
  readonly id: string
  readonly aliases?: readonly string[]
  readonly title: LocalText
  readonly description?: LocalText
  readonly provides: readonly string[]
  /** Where the host may send for it: origins, host names with `*.`, or `${config.<field>}`. */
  readonly hosts: readonly string[]
  /** Names of query parameters that may carry a secret. */
  readonly secretQuery?: readonly string[]
  readonly config: JsonSchema & { readonly properties?: Readonly<Record<string, ConfigField>>; readonly required?: readonly string[] }
  readonly presets?: Readonly<Record<string, Preset>>
}

/** In the order of precedence: the first of two with one id wins. */
export type PluginSource = 'path' | 'installed' | 'bundled'

/** A plugin that was found by its manifest; none of its code was loaded. */
export interface FoundPlugin {
  readonly id: string
  readonly packageName: string
  readonly version: string
  readonly description: string
  readonly source: PluginSource
  /** Absolute folder of the package. */
  readonly directory: string
  /** Absolute file of the manifest. */
  readonly manifestFile: string
  readonly manifest: Manifest
  /** Absolute file that is imported at the first use. */
  readonly entryFile: string
  readonly enabled: boolean
  /** Folders of plugins with the same id that lost against this one. */
  readonly shadows: readonly string[]
  /** Of an installed plugin: sha256 of the list of its files. Judged again before its code is loaded. */
  readonly integrity?: string
}

/** A folder that should be a plugin but cannot be used. */
export interface BrokenPlugin {
  /** From the manifest when it could be read, else the folder's name. */
  readonly id: string
  readonly source: PluginSource
  readonly directory: string
  readonly state: 'broken' | 'incompatible'
  readonly problems: readonly import('../error.ts').Problem[]
}
