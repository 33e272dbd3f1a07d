import { BlockList, isIP } from 'node:net'
import { ProviderError } from '@resoftai/sdk'

type Environment = Readonly<Record<string, string | undefined>>

export interface Proxy {
  /** With the name and password it needs: never shown. */
  readonly url: string
  /** Without them: `http://proxy:8080`. */
  readonly address: string
  /** For people: `http://proxy:8080 (HTTPS_PROXY)`. */
  readonly name: string
  readonly variable: string
}

/** What the environment says of one protocol. */
export interface ProxySetting {
  readonly protocol: 'https' | 'http'
  readonly variable: string
  /** `undefined`: what the variable holds is no proxy that can be used. */
  readonly proxy: Proxy | undefined
}

/** The proxies that the environment names, and what it wants asked without them. As curl and others read it; lower case wins. */
export function readProxies(env: Environment): { readonly settings: readonly ProxySetting[]; readonly exceptions: string } {
  const settings = (['https', 'http'] as const).flatMap((protocol): readonly ProxySetting[] => {
    const found = findVariable(env, `${protocol}_proxy`, 'all_proxy')
    return found === undefined ? [] : [{ protocol, variable: found.name, proxy: readProxy(found) }]
  })
  return { settings, exceptions: findVariable(env, 'no_proxy')?.value ?? '' }
}

/** The proxy for an origin, if any. */
export function proxyFinder(env: Environment): (origin: string) => Proxy | undefined {
  const { settings, exceptions } = readProxies(env)
  if (settings.length === 0) return () => undefined
  const direct = readExceptions(exceptions)
  return origin => {
    const url = new URL(origin)
    const setting = settings.find(({ protocol }) => url.protocol === `${protocol}:`)
    if (setting === undefined || isLoopback(url.hostname) || direct(url)) return undefined
    if (setting.proxy === undefined) throw unusableProxy(setting.variable)
    return setting.proxy
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

function readProxy({ name, value }: Variable): Proxy | undefined {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`)
  if (url === null || url.host === '' || !/^(https?|socks5h?|socks):$/.test(url.protocol)) return undefined
  const address = `${url.protocol}//${url.host}`
  return { url: url.href.replace(/^socks5h:/, 'socks5:'), address, name: `${address} (${name})`, variable: name }
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
