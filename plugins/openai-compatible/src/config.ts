import type { Quirks } from './quirks.ts'

/** The quirks as a person writes them: the same fields in snake_case. */
export interface QuirkConfig {
  readonly rename?: Quirks['rename']
  readonly unsupported?: Quirks['unsupported']
  readonly system_role?: Quirks['systemRole']
  readonly tool_style?: Quirks['toolStyle']
  readonly json_modes?: Quirks['jsonModes']
  readonly reasoning_style?: Quirks['reasoningStyle']
  readonly replay?: Quirks['replay']
  readonly think_tags?: Quirks['thinkTags']
  readonly status_kinds?: Quirks['statusKinds']
  readonly health_path?: Quirks['healthPath']
}

/** Every config key and the quirk it sets. */
const keys = {
  rename: 'rename',
  unsupported: 'unsupported',
  system_role: 'systemRole',
  tool_style: 'toolStyle',
  json_modes: 'jsonModes',
  reasoning_style: 'reasoningStyle',
  replay: 'replay',
  think_tags: 'thinkTags',
  status_kinds: 'statusKinds',
  health_path: 'healthPath'
} as const satisfies Record<keyof QuirkConfig, keyof Quirks>

export function readQuirks(config: QuirkConfig): Quirks {
  const set = Object.entries(keys).filter(([key]) => config[key as keyof QuirkConfig] !== undefined)
  return Object.fromEntries(set.map(([key, quirk]) => [quirk, config[key as keyof QuirkConfig]]))
}
