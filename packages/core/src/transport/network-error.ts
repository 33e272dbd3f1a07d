import { isProviderError, ProviderError } from '@resoftai/sdk'
import type { Phase } from './exchange.ts'
import type { Proxy } from './proxy.ts'

/** Whom a request was for, and through whom it went. */
export interface Peer {
  readonly host: string
  readonly proxy: Proxy | undefined
}

type Reading = readonly [kind: 'network' | 'timeout' | 'truncated' | 'protocol', code: string, what: string, retryable?: boolean]

/** Codes of Node and undici, by what they mean for a call. */
const readings: Readonly<Record<string, Reading>> = {
  ENOTFOUND: ['network', 'dns', 'the host name was not found', false],
  EAI_AGAIN: ['network', 'dns', 'the name server did not answer'],
  EAI_FAIL: ['network', 'dns', 'the name server failed'],
  ECONNREFUSED: ['network', 'connect', 'the connection was refused'],
  EHOSTUNREACH: ['network', 'connect', 'the host cannot be reached'],
  ENETUNREACH: ['network', 'connect', 'the network cannot be reached'],
  EADDRNOTAVAIL: ['network', 'connect', 'no local address is free'],
  ETIMEDOUT: ['timeout', 'connect', 'the connection timed out'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', 'connect', 'the connection was not made in time'],
  ECONNRESET: ['network', 'reset', 'the connection was reset'],
  EPIPE: ['network', 'reset', 'the connection was closed while sending'],
  UND_ERR_SOCKET: ['network', 'reset', 'the connection was closed'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['truncated', 'content_length', 'the answer is shorter or longer than announced'],
  UND_ERR_HEADERS_OVERFLOW: ['protocol', 'too_large', 'the answer headers are too large', false],
  UND_ERR_RESPONSE_EXCEEDED_SIZE: ['protocol', 'too_large', 'the answer is too large', false]
}

const hints: Readonly<Record<string, string>> = {
  http: 'Check api_base (http or https?).',
  dns: 'Check the host name in api_base and your network.',
  connect: 'Check api_base, and that the service is running and reachable from here.',
  tls: 'Check api_base (http or https?), the clock of this machine and its certificate authorities.'
}

/** What a failed connection means. `phase` is how far the exchange came. */
export function readNetworkError(error: Error, phase: Phase, { host, proxy }: Peer): ProviderError {
  if (isProviderError(error)) return error
  const code = findCode(error)
  // The vendor closed a body before its end: what came is cut, which is not the same as a reset.
  if (phase === 'body' && code === 'UND_ERR_SOCKET' && /other side closed|terminated/.test(error.message)) {
    return new ProviderError('truncated', 'The connection was closed before the answer was complete.', { code: 'closed', cause: error })
  }
  const [kind, word, what, retryable] = readProxyAnswer(error, code) ?? readings[code] ?? readByFamily(error, code)
  const viaProxy = proxy !== undefined && (word === 'proxy' || (phase === 'connect' && word !== 'tls'))
  const from = viaProxy ? `${host} through the proxy ${proxy.name}` : host
  return new ProviderError(kind, `No complete answer from ${from}: ${what}${code === '' ? '' : ` (${code})`}.`, {
    code: word,
    retryable,
    hint: viaProxy ? `Check ${proxy.variable}; NO_PROXY names what is asked without it.` : hints[word],
    cause: error
  })
}

/** A proxy that makes no way to the vendor. What it is, undici tells in words only. */
function readProxyAnswer({ message }: Error, code: string): Reading | undefined {
  const status = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(message)?.[1]
  if (status === '407') return ['network', 'proxy', 'it wants another name or password, 407', false]
  if (status !== undefined) return ['network', 'proxy', `it answered ${status}`, status.startsWith('5')]
  if (code.startsWith('UND_ERR_SOCKS5')) return ['network', 'proxy', 'it refused']
  if (code === 'UND_ERR_PRX_TLS') return ['network', 'proxy', 'its certificate is for another name', false]
  return code === 'UND_ERR_PRX_CONN' ? ['network', 'proxy', 'it closed the connection'] : undefined
}

function readByFamily({ name, message }: Error, code: string): Reading {
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code)) {
    return ['network', 'tls', 'no trusted TLS connection could be made', false]
  }
  // undici means to give these errors a code, and does not.
  if (name !== 'HTTPParserError') return ['network', 'reset', 'the connection failed']
  if (message.includes('EOF')) return ['truncated', 'closed', 'the connection was closed before the end']
  return ['protocol', 'http', 'it is not valid HTTP', false]
}

/** Happy eyeballs wraps the real reasons in an `AggregateError`. */
function findCode(error: Error): string {
  const { code, errors, cause } = error as Error & { code?: unknown; errors?: readonly Error[] }
  if (typeof code === 'string') return code
  for (const inner of [...(errors ?? []), ...(cause instanceof Error ? [cause] : [])]) {
    const found = findCode(inner)
    if (found !== '') return found
  }
  return ''
}
