import type { Problem } from '../error.ts'
import { soundsSecret } from './secret-value.ts'

interface AllowedHosts {
  /** Origins, and host patterns such as `*.openai.azure.com`. */
  readonly allowed: readonly string[]
  /** `path` is the field that holds a wrong address; absent: the manifest's own entry is wrong. */
  readonly problems: readonly Problem[]
}

const field = /\$\{config\.(\w+)\}/g

/** Where the host may send to: the manifest's `hosts`, with the provider's own addresses put in. Entries over unset fields are left out. */
export function expandHosts(hosts: readonly string[], config: Readonly<Record<string, unknown>>): AllowedHosts {
  const allowed = new Set<string>()
  const problems: Problem[] = []
  for (const entry of hosts) {
    const names = [...entry.matchAll(field)].map(match => match[1] ?? '')
    const [only] = names
    if (names.some(name => config[name] === undefined)) continue
    const result = only !== undefined && entry === `\${config.${only}}` ? readBaseUrl(config[only], only) : readEntry(entry, names, config)
    if (typeof result === 'string') allowed.add(result)
    else problems.push(result)
  }
  return { allowed: [...allowed], problems }
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
