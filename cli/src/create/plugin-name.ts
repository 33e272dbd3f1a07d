import { HostError, isPackageName, isPluginId, isReservedId } from '@resoftai/core'
import type { Translate } from '../messages/index.ts'

export interface PluginName {
  /** As the manifest has it. */
  readonly id: string
  /** As npm has it. */
  readonly packageName: string
}

const prefix = 'resoftai-plugin-'

/** Reads `acme`, `resoftai-plugin-acme`, `@scope/acme` or `@scope/resoftai-plugin-acme`. Throws `HostError` `usage`. */
export function readPluginName(given: string, text: Translate): PluginName {
  const [, scope = '', bare = ''] = /^(@[^/]*\/)?([^]*)$/.exec(given) ?? []
  const id = bare.startsWith(prefix) ? bare.slice(prefix.length) : bare
  const packageName = `${scope}${scope === '' ? prefix + id : bare}`
  const hint = text('create.nameHint')
  if (!isPluginId(id) || !isPackageName(packageName)) {
    throw new HostError('usage', text('create.badName', { name: JSON.stringify(given.slice(0, 100)) }), { hint })
  }
  if (isReservedId(id)) throw new HostError('usage', text('create.reservedName', { id }), { hint })
  return { id, packageName }
}
