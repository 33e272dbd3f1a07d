import { isObject, parseLeniently, ProviderError, type Dialect, type Provider } from '@resoftai/sdk'
import type { Channel } from '../transport/index.ts'
import { readAnswerError, readErrorInside } from './answer-error.ts'
import { askAside } from './ask-aside.ts'
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
    const { head, body } = await askAside(channel, wire, { secrets, ...limits, limitMs, late: () => late(limitMs) })
    const dialect = made()
    const value = parseLeniently(body)
    if (!isDialect(dialect)) return value
    if (head.status < 200 || head.status >= 300) throw readAnswerError(head, body, dialect, clock())
    const failure = isObject(value) && 'access_token' in value ? undefined : readErrorInside(head, value, dialect)
    if (failure !== undefined) throw failure
    return value
  }
}

function late(limitMs: number): ProviderError {
  return new ProviderError('timeout', `The vendor gave no token within ${limitMs / 1000} s.`, { code: 'token' })
}
