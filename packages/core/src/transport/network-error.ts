import { ProviderError } from '@resoftai/sdk'

type Reading = readonly [kind: 'network' | 'timeout' | 'truncated' | 'protocol', code: string, what: string, retryable?: boolean]

/** Codes of Node and undici, by what they mean for a call. */
const readings: Readonly<Record<string, Reading>> = {
  ENOTFOUND: ['network', 'dns', 'the host name was not found'],
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
  dns: 'Check the host name in api_base and your network.',
  connect: 'Check api_base, and that the service is running and reachable from here.',
  tls: 'Check api_base (http or https?), the clock of this machine and its certificate authorities.'
}

/** What a failed connection means. `phase` is how far the exchange came. */
export function readNetworkError(error: Error, phase: 'connect' | 'headers' | 'body'): ProviderError {
  const code = findCode(error)
  // The vendor closed a body before its end: what came is cut, which is not the same as a reset.
  if (phase === 'body' && code === 'UND_ERR_SOCKET' && /other side closed|terminated/.test(error.message)) {
    return new ProviderError('truncated', 'The connection was closed before the answer was complete.', { code: 'closed', cause: error })
  }
  const [kind, word, what, retryable] = readings[code] ?? readByFamily(code)
  return new ProviderError(kind, `No complete answer: ${what}${code === '' ? '' : ` (${code})`}.`, {
    code: word,
    retryable,
    hint: hints[word],
    cause: error
  })
}

function readByFamily(code: string): Reading {
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code)) {
    return ['network', 'tls', 'no trusted TLS connection could be made', false]
  }
  if (code.startsWith('HPE_')) return ['protocol', 'http', 'the answer is not valid HTTP']
  return ['network', 'reset', 'the connection failed']
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
