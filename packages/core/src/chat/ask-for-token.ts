import { parseLeniently, ProviderError, type Dialect, type Provider } from '@resoftai/sdk'
import type { Channel } from '../transport/index.ts'
import { readAnswerError, readErrorInside } from './answer-error.ts'
import { readBody } from './read-body.ts'
import { isDialect } from './started-provider.ts'
import type { AskForToken } from './token-mint.ts'

interface TokenAsking {
  readonly channel: Channel
  /** Known once `create` is over, which is before the first request. */
  readonly made: () => Dialect | Provider
  readonly clock: () => number
  readonly limits: { readonly connectTimeoutMs: number; readonly timeoutMs: number }
}

/** No vendor thinks long about a token, and calls wait for it. */
const mostMs = 30_000

/** Sends the requests of a `TokenMint`. They belong to no call, as several may wait for one of them. */
export function askForToken({ channel, made, clock, limits }: TokenAsking): AskForToken {
  const limitMs = Math.min(mostMs, limits.timeoutMs)
  return async (wire, secrets) => {
    const exchange = await channel.send(wire, { secrets, connectTimeoutMs: limits.connectTimeoutMs })
    const timer = setTimeout(() => exchange.abort(late(limitMs)), limitMs)
    try {
      const head = await exchange.response
      const body = await readBody(exchange)
      const dialect = made()
      if (!isDialect(dialect)) return parseLeniently(body)
      if (head.status < 200 || head.status >= 300) throw readAnswerError(head, body, dialect, clock())
      const value = parseLeniently(body)
      const hasToken = typeof value === 'object' && value !== null && 'access_token' in value
      const failure = hasToken ? undefined : readErrorInside(head, value, dialect)
      if (failure !== undefined) throw failure
      return value
    } finally {
      clearTimeout(timer)
    }
  }
}

function late(limitMs: number): ProviderError {
  return new ProviderError('timeout', `The vendor gave no token within ${limitMs / 1000} s.`, { code: 'token' })
}
