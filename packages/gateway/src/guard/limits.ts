import type { ClientKey } from '@resoftai/storage'
import { GatewayError } from '../error.ts'

const windowMs = 60_000

interface Use {
  windowEnds: number
  requests: number
  tokens: number
  running: number
}

/** What a call that was let in gives back. */
export interface Admission {
  /** Tokens that it used. */
  readonly spend: (tokens: number) => void
  readonly leave: () => void
}

const free: Admission = { spend: () => {}, leave: () => {} }

/** Requests and tokens a minute, and calls at once, for each key; in this process, by a clock that nobody sets. */
export class KeyLimits {
  readonly #uses = new Map<string, Use>()

  /** Throws `GatewayError` 429 with the time to wait. */
  admit({ id, requestsPerMinute, tokensPerMinute, parallel }: ClientKey): Admission {
    if (requestsPerMinute === null && tokensPerMinute === null && parallel === null) return free
    const use = this.#useOf(id)
    const waitMs = use.windowEnds - performance.now()
    if (requestsPerMinute !== null && use.requests >= requestsPerMinute) throw tooMany(`${requestsPerMinute} requests a minute`, waitMs)
    if (tokensPerMinute !== null && use.tokens >= tokensPerMinute) throw tooMany(`${tokensPerMinute} tokens a minute`, waitMs)
    if (parallel !== null && use.running >= parallel) throw tooMany(`${parallel} calls at once`, 1_000)
    use.requests++
    use.running++
    let isIn = true
    return {
      spend: tokens => void (use.tokens += tokens),
      leave() {
        if (isIn) use.running--
        isIn = false
      }
    }
  }

  #useOf(id: string): Use {
    const now = performance.now()
    const use = this.#uses.get(id) ?? { windowEnds: now + windowMs, requests: 0, tokens: 0, running: 0 }
    if (use.windowEnds <= now) Object.assign(use, { windowEnds: now + windowMs, requests: 0, tokens: 0 })
    this.#uses.set(id, use)
    return use
  }
}

function tooMany(limit: string, retryAfterMs: number): GatewayError {
  return new GatewayError(`This key may make ${limit}.`, {
    status: 429,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    retryAfterMs,
    hint: 'Wait as long as Retry-After says.'
  })
}
