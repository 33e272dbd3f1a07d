import { isDeepStrictEqual } from 'node:util'
import type { HostConfig } from '@resoftai/core'
import type { Configuration, Judged } from './configuration.ts'

/** What differs between two configurations, by names alone: values may be secret. */
export interface Changes {
  readonly added?: readonly string[]
  readonly removed?: readonly string[]
  readonly changed?: readonly string[]
  /** Such as `gateway.cors`, `routes.fast` or `env.HTTPS_PROXY`. */
  readonly settings?: readonly string[]
}

/** These take effect at once; all others at the next start. */
const live =
  /^(budgets$|env\.|retry\.|routes\.|log\.level$|storage\.(on_failure|keep_\w+)$|gateway\.(anonymous|cors|metrics|docs|max_body_mb|drain)$)/

/** What took effect. */
export function changesOf(before: Judged, after: Judged): Changes {
  const [old, now] = [providersOf(before), providersOf(after)]
  return withoutEmpty({
    added: [...now.keys()].filter(name => !old.has(name)),
    removed: [...old.keys()].filter(name => !now.has(name)),
    changed: [...now.keys()].filter(name => old.has(name) && !isDeepStrictEqual(old.get(name), now.get(name))),
    settings: changedSettings(before, after).filter(name => live.test(name))
  })
}

/** What will take effect at the next start only. */
export function changesForRestart(started: Configuration, after: Configuration): readonly string[] {
  const [old, now] = [started.place, after.place]
  // A variable or an option may have said the same, or may win.
  const places = {
    'gateway.host': old.host !== now.host,
    'gateway.port': old.port !== now.port,
    'storage.url': old.storage !== now.storage
  }
  const others = changedSettings(started, after).filter(name => !live.test(name) && !Object.hasOwn(places, name))
  return [...Object.entries(places).flatMap(([name, isOther]) => (isOther ? [name] : [])), ...others]
}

function providersOf({ entries, resolved, plugins }: Judged): ReadonlyMap<string, unknown> {
  const known = new Map(resolved.map(provider => [provider.name, provider]))
  return new Map(
    Object.entries(entries).map(([name, entry]) => {
      const provider = known.get(name)
      const code = plugins.get(typeof entry['plugin'] === 'string' ? entry['plugin'] : name)?.directory
      return [name, provider === undefined ? { entry } : { config: provider.config, secrets: provider.secretSets, code }]
    })
  )
}

function changedSettings(before: Configuration, after: Configuration): readonly string[] {
  const [old, now] = [settingsOf(before.config), settingsOf(after.config)]
  return [...new Set([...old.keys(), ...now.keys()])].filter(name => !isDeepStrictEqual(old.get(name), now.get(name)))
}

/** Providers are compared as they are resolved; the others only tell where things came from. */
const noSettings = new Set(['providers', 'files', 'unset', 'origin'])

function settingsOf(config: HostConfig): ReadonlyMap<string, unknown> {
  const sections = Object.entries(config).filter(([name]) => !noSettings.has(name)) as readonly (readonly [string, object])[]
  const settings = sections.flatMap(([section, value]): (readonly [string, unknown])[] =>
    Array.isArray(value) ? [[section, value]] : Object.entries(value).map(([key, item]) => [`${section}.${key}`, item])
  )
  return new Map(settings)
}

function withoutEmpty(changes: Required<Changes>): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([, names]) => names.length > 0))
}
