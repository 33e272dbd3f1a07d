import { mask } from '../observe/index.ts'
import { isRecord } from './record.ts'
import { soundsSecret } from './secret-value.ts'
import type { HostConfig, Origin, ResolvedProvider } from './types.ts'

export interface ExplainedValue {
  /** Dotted, e.g. `providers.groq.timeout`. */
  readonly path: string
  /** As a person would write it; a secret as `sk-…abcd`. */
  readonly value: unknown
  readonly origin: string
}

/**
 * Every value of the configuration and where it came from. `resolved` adds what presets, variables and defaults give to a provider; for
 * one that is not in it (its plugin is missing) only what was written is known, and what sounds like a secret is masked.
 */
export function explainConfig(config: HostConfig, resolved: readonly ResolvedProvider[] = []): readonly ExplainedValue[] {
  const { log, telemetry, retry, routes, storage, gateway, budgets } = config
  const explained: ExplainedValue[] = []
  for (const [section, part] of Object.entries({
    log,
    telemetry,
    retry,
    routes,
    storage,
    gateway,
    budgets: Object.fromEntries(budgets.entries())
  })) {
    for (const [path, value] of Object.keys(part).length === 0 ? [] : flatten(part, section)) {
      explained.push({ path, value: path === 'storage.url' ? withoutPassword(value) : value, origin: describeOrigin(config.origin(path)) })
    }
  }
  for (const [name, { folder: _folder, secrets, problems: _problems, ...written }] of Object.entries(config.tools)) {
    for (const [path, value] of flatten(written, `tools.${name}`)) {
      explained.push({ path, value: withoutSecrets(value, secrets), origin: describeOrigin(config.origin(path)) })
    }
  }
  const known = new Map(resolved.map(provider => [provider.name, provider]))
  for (const name of new Set([...Object.keys(config.providers), ...known.keys()])) {
    const provider = known.get(name)
    const written = config.providers[name] ?? {}
    const shown = provider === undefined ? written : { ...pickKeys(written, ['plugin', 'preset']), ...provider.config }
    for (const [path, value] of flatten(shown, `providers.${name}`)) {
      const ofField = provider?.origins[path.split('.')[2] ?? '']
      const origin = ofField === undefined || ofField.from === 'file' ? config.origin(path) : ofField
      explained.push({ path, value: conceal(path, value, provider, origin), origin: describeOrigin(origin) })
    }
  }
  return explained
}

/** In a few words, e.g. `resoftai.config.yaml:4, from GROQ_API_KEY`. */
export function describeOrigin(origin: Origin | undefined): string {
  switch (origin?.from) {
    case 'file': {
      const place = origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`
      return origin.variables === undefined || origin.variables.length === 0 ? place : `${place}, from ${origin.variables.join(', ')}`
    }
    case 'env':
      return origin.file === undefined ? `variable ${origin.variable}` : `variable ${origin.variable} in ${origin.file}`
    case 'secret':
      return `secret in ${origin.store}`
    case 'preset':
      return `preset ${origin.preset}`
    case 'default':
      return 'default'
    case 'option':
      return 'given in code'
    default:
      return 'unknown'
  }
}

function conceal(path: string, value: unknown, provider: ResolvedProvider | undefined, origin: Origin | undefined): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, index) => conceal(`${path}.${index}`, item, provider, origin))
  if (typeof value !== 'string') return value
  const real = provider?.secretSets.flatMap(secrets => secrets.get(value) ?? [])
  if (real !== undefined && real.length > 0) return [...new Set(real)].map(secret => mask(secret)).join(', ')
  const variables = origin?.from === 'file' ? (origin.variables ?? []) : []
  const names = path.split('.').slice(2)
  return [...names, ...variables].some(soundsSecret) ? mask(value) : value
}

function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map(item => withoutSecrets(item, secrets))
  const secret = typeof value === 'string' ? secrets.find(one => one !== '' && value.includes(one)) : undefined
  return secret === undefined ? value : mask(secret)
}

/** `postgres://user:…@host/database` */
function withoutPassword(url: unknown): unknown {
  return typeof url === 'string' ? url.replace(/(\/\/[^/:@]*):[^@]*@/, '$1:…@').replaceAll(/([?&]password=)[^&]*/gi, '$1…') : url
}

function* flatten(value: unknown, path: string): Generator<readonly [string, unknown]> {
  if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value)) yield* flatten(item, `${path}.${key}`)
  } else yield [path, value]
}

function pickKeys(entry: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter(key => entry[key] !== undefined).map(key => [key, entry[key]]))
}
