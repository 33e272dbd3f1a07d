import { ProviderError, type WireRequest } from '@resoftai/sdk'
import { checkLiteral, type Reach } from './addresses.ts'
import type { Exchange } from './exchange.ts'
import type { HttpRequest, Transport } from './transport.ts'

export interface ChannelOptions {
  readonly transport: Transport
  /** Origins, or host patterns such as `*.openai.azure.com` (https only). */
  readonly allowedHosts: readonly string[]
  /** How far each of them reaches; `public` where it says nothing. */
  readonly reach: ReadonlyMap<string, Reach>
  /** Query parameters that may carry a secret. */
  readonly secretQuery: readonly string[]
}

/**
 * The only way from a provider to the network. It refuses hosts the manifest does not allow, and it alone puts real secrets in:
 * into header values, and into the query parameters the manifest names.
 */
export interface Channel {
  send(request: WireRequest, options: SendOptions): Promise<Exchange>
}

interface SendOptions {
  /** Placeholder → real value, of secrets and tokens. */
  readonly secrets: ReadonlyMap<string, string>
  /** For the name look-up, TCP and TLS together. */
  readonly connectTimeoutMs?: number
}

export function createChannel({ transport, allowedHosts, reach, secretQuery }: ChannelOptions): Channel {
  // A provider asks one address nearly always; judging it costs as much as half the rest.
  let judged: { readonly text: string; readonly url: URL; readonly origin: string; readonly reach: Reach } | undefined
  return {
    send(request, { secrets, connectTimeoutMs }) {
      if (judged?.text !== request.url) {
        const { url, allowed } = checkUrl(request.url, allowedHosts)
        const far = reach.get(url.origin) ?? reach.get(allowed) ?? 'public'
        checkLiteral(url.hostname, far)
        judged = { text: request.url, url, origin: url.origin, reach: far }
      }
      const { url, origin } = judged
      const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'resoftai' }
      for (const name in request.headers) headers[name.toLowerCase()] = fillSecrets(request.headers[name] as string, secrets)
      const query = secretQuery.length > 0 && url.search !== '' ? fillQuery(url, secretQuery, secrets) : url.search
      const body = writeBody(request.body)
      if (body !== undefined) headers['content-type'] ??= 'application/json'
      if (Array.isArray(body)) headers['content-length'] = String(body.reduce((sum: number, { length }: Uint8Array) => sum + length, 0))
      const method = request.method ?? (body === undefined ? 'GET' : 'POST')
      return transport.send({ method, origin, path: url.pathname + query, headers, body, reach: judged.reach, connectTimeoutMs })
    }
  }
}

function writeBody(body: unknown): HttpRequest['body'] {
  return body === undefined || body instanceof Uint8Array || isPieces(body) ? body : JSON.stringify(body)
}

function isPieces(body: unknown): body is readonly Uint8Array[] {
  return Array.isArray(body) && body.length > 0 && body.every(piece => piece instanceof Uint8Array)
}

/** The address, and the entry that allows it. */
function checkUrl(text: string, allowedHosts: readonly string[]): { readonly url: URL; readonly allowed: string } {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new ProviderError('bad_request', 'The plugin made an address that is not an http(s) URL.', {
      code: 'address',
      hint: 'Check api_base.'
    })
  }
  if (url.username !== '' || url.password !== '') {
    throw new ProviderError('bad_request', 'The address holds a user name or password.', {
      code: 'address',
      hint: 'Put keys into api_key, not into the URL.'
    })
  }
  const allowed = allowedHosts.find(entry => allowsUrl(entry, url))
  if (allowed === undefined) {
    throw new ProviderError('permission', `The plugin wants to send to ${url.origin}, which its manifest does not allow.`, {
      code: 'host_not_allowed',
      hint: `It may send to: ${allowedHosts.join(', ') || 'nothing'}.`
    })
  }
  return { url, allowed }
}

function allowsUrl(allowed: string, url: URL): boolean {
  if (allowed.startsWith('*.')) return url.protocol === 'https:' && url.port === '' && url.hostname.endsWith(allowed.slice(1))
  return allowed === url.origin
}

function fillSecrets(text: string, secrets: ReadonlyMap<string, string>): string {
  if (!text.includes('{{')) return text
  let filled = text
  for (const [placeholder, secret] of secrets) filled = filled.replaceAll(placeholder, () => secret)
  return filled
}

function fillQuery(url: URL, names: readonly string[], secrets: ReadonlyMap<string, string>): string {
  const query = new URLSearchParams(url.search)
  for (const name of names) {
    const value = query.get(name)
    if (value !== null) query.set(name, fillSecrets(value, secrets))
  }
  return `?${query.toString()}`
}
