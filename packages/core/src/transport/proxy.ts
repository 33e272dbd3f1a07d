import { BlockList, isIP } from 'node:net'
import { ProviderError } from '@resoftai/sdk'

type Environment = Readonly<Record<string, string | undefined>>

export interface Proxy {
  /** With the name and password it needs: never shown. */
  readonly url: string
  /** For people: `http://proxy:8080 (HTTPS_PROXY)`. */
  readonly name: string
  readonly variable: string
}

/** The proxy that the environment names for an origin, if any. As curl and others read it; lower case wins. */
export function proxyFinder(env: Environment): (origin: string) => Proxy | undefined {
  const named = {
    'https:': findVariable(env, 'https_proxy', 'all_proxy'),
    'http:': findVariable(env, 'http_proxy', 'all_proxy')
  }
  if (named['https:'] === undefined && named['http:'] === undefined) return () => undefined
  const direct = readExceptions(findVariable(env, 'no_proxy')?.value ?? '')
  return origin => {
    const url = new URL(origin)
    const found = named[url.protocol as keyof typeof named]
    return found === undefined || isLoopback(url.hostname) || direct(url) ? undefined : readProxy(found)
  }
}

interface Variable {
  readonly name: string
  readonly value: string
}

function findVariable(env: Environment, ...names: readonly string[]): Variable | undefined {
  for (const name of names.flatMap(each => [each, each.toUpperCase()])) {
    const value = env[name]?.trim() ?? ''
    if (value !== '') return { name, value }
  }
  return undefined
}

function readProxy({ name, value }: Variable): Proxy {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`)
  if (url === null || !/^(https?|socks5h?|socks):$/.test(url.protocol)) throw unusableProxy(name)
  return { url: url.href.replace(/^socks5h:/, 'socks5:'), name: `${url.protocol}//${url.host} (${name})`, variable: name }
}

/** Without the value, which may hold a password. */
export function unusableProxy(variable: string): ProviderError {
  return new ProviderError('network', `${variable} does not name a proxy that can be used.`, {
    code: 'proxy',
    retryable: false,
    hint: `Write ${variable}=http://host:port, or unset it.`
  })
}

/** A proxy elsewhere has another loopback. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname)
}

/** `NO_PROXY`: names, with all that ends in them, addresses and networks, each with a port where only that one is meant; `*` is all. */
function readExceptions(text: string): (url: URL) => boolean {
  const exceptions = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .map(readException)
  return url => {
    const host = url.hostname.replace(/^\[|\]$|\.$/g, '')
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return exceptions.some(isException => isException(host, port))
  }
}

function readException(entry: string): (host: string, port: string) => boolean {
  const [network = '', prefix] = entry.split('/')
  if (prefix !== undefined) return readNetwork(network, Number(prefix))
  const [, given, onlyPort] = isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? [])
  const name = (given ?? '').replace(/^\[|\]$|\.$|^\*?\./g, '')
  return (host, port) => {
    if (onlyPort !== undefined && onlyPort !== port) return false
    return name === '*' || host === name || host.endsWith(`.${name}`)
  }
}

function readNetwork(network: string, prefix: number): (host: string) => boolean {
  const families = { 4: 'ipv4', 6: 'ipv6' } as const
  const family = families[isIP(network) as 4 | 6]
  const isWrong = family === undefined || !(prefix >= 0 && prefix <= (family === 'ipv4' ? 32 : 128))
  if (isWrong) return () => false
  const list = new BlockList()
  list.addSubnet(network, prefix, family)
  return host => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4')
}
