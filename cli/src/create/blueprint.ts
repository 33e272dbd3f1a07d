import type { PluginName } from './plugin-name.ts'

/** `openai`: a vendor that speaks the OpenAI chat API. `dialect`: one with an API of its own. */
export const kinds = ['openai', 'dialect'] as const

export type Kind = (typeof kinds)[number]

/** All that a new plugin depends on. */
export interface Blueprint extends PluginName {
  readonly kind: Kind
  /** What people call the vendor. */
  readonly title: string
  readonly apiBase: string
  /** Who holds the copyright. */
  readonly author: string
}

export const firstVersion = '0.1.0'

/** The name of the file that `npm pack` makes. */
export function tarballOf({ packageName }: Pick<Blueprint, 'packageName'>): string {
  return `${packageName.replace('@', '').replace('/', '-')}-${firstVersion}.tgz`
}

/** The variable that the key may come from: `my-vendor` → `MY_VENDOR_API_KEY`. Its name must not begin with a digit. */
export function variableOf({ id }: Pick<Blueprint, 'id'>): string {
  return `${id.replace(/^\d/, '_$&').replaceAll('-', '_').toUpperCase()}_API_KEY`
}
