import { isIP } from 'node:net'
import type { Problem } from '../error.ts'
import { soundsSecret } from './secret-value.ts'
import type { Origin, ResolvedProvider } from './types.ts'

interface AllowedHosts {
  /** Origins, and host patterns such as `*.openai.azure.com`. */
  readonly allowed: readonly string[]
  readonly reach: ResolvedProvider['reach']
  /** `path` is the field that holds a wrong address; absent: the manifest's own entry is wrong. */
  readonly problems: readonly Problem[]
}

const field = /\$\{config\.(\w+)\}/g

/** Where the host may send to: the manifest's `hosts`, with the provider's own addresses put in. Entries over unset fields are left out. */
export function expandHosts(
  hosts: readonly string[],
  config: Readonly<Record<string, unknown>>,
  origins: Readonly<Record<string, Origin>>
): AllowedHosts {
  const allowed = new Set<string>()
  const reach = new Map<string, 'private' | 'any'>()
  const problems: Problem[] = []
  for (const entry of hosts) {
    const names = [...entry.matchAll(field)].map(match => match[1] ?? '')
    const [only] = names
    if (names.some(name => config[name] === undefined)) continue
    const isBase = only !== undefined && entry === `\${config.${only}}`
    const result = isBase ? readBaseUrl(config[only], only) : readEntry(entry, names, config)
    if (typeof result !== 'string') {
      problems.push(result)
      continue
    }
    allowed.add(result)
    const far = (isBase ? reachOfBase(result, origins[only]) : undefined) ?? (config['private_network'] === true ? 'private' : undefined)
    if (far !== undefined) reach.set(result, far)
  }
  return { allowed: [...allowed], reach, problems }
}

/** Names that only mean something inside of a private network. */
const localNames = /^[^.]+$|\.(localhost|local|lan|internal|home\.arpa|localdomain|intranet|corp|home|private|test)$/

/**
 * A base URL that lies in a private network shows that this is meant. An address is taken at its word when a person wrote it; what a plugin
 * brings along must not lead to the metadata service of a cloud.
 */
function reachOfBase(origin: string, from: Origin | undefined): 'private' | 'any' | undefined {
  const host = new URL(origin).hostname.replace(/^\[|\]$|\.$/g, '')
  if (isIP(host) !== 0) return from === undefined || from.from === 'preset' || from.from === 'default' ? 'private' : 'any'
  return localNames.test(host) ? 'private' : undefined
}

function readBaseUrl(value: unknown, path: string): string | Problem {
  const text = String(value)
  const url = URL.parse(text)
  if (url?.protocol === 'https:' || url?.protocol === 'http:') {
    const open = url.username !== '' || url.password !== '' || [...url.searchParams.keys()].some(soundsSecret)
    if (!open) return url.origin
    return {
      message: `${path} holds a password or key.`,
      path,
      suggestion: 'Take it out of the address; a key belongs into its own field.'
    }
  }
  // `localhost:8080` reads as a URL with the scheme `localhost`.
  const isLocal = /^(localhost\b|\[|\d+\.)/.test(text)
  const guess = URL.parse(isLocal ? `http://${text}` : `https://${text.replace(/^\w+:\/*/, '')}`)
  const isLikely = guess !== null && (isLocal || guess.hostname.includes('.'))
  const suggestion = `Write ${isLikely ? guess.origin + guess.pathname : 'an address such as https://api.example.com/v1'}.`
  return { message: `${path} is not an http(s) address.`, path, suggestion }
}

function readEntry(entry: string, names: readonly string[], config: Readonly<Record<string, unknown>>): string | Problem {
  for (const name of names) {
    if (!/^[a-z0-9-]+$/i.test(String(config[name]))) {
      return { message: `${name} is not part of a host name.`, path: name, suggestion: 'Use letters, digits and hyphens only.' }
    }
  }
  const host = entry.replace(field, (_match, name: string) => String(config[name]))
  if (host.startsWith('*.')) return host.toLowerCase()
  const url = URL.parse(host.includes('://') ? host : `https://${host}`)
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.origin
  return { message: `The manifest's hosts entry "${entry}" is neither an origin nor a host name.` }
}
