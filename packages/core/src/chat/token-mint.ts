import { ProviderError, type JwtSpec, type TokenExchange, type WireRequest } from '@resoftai/sdk'
import type { Redactor } from '../observe/index.ts'
import { signJwt } from './jwt.ts'
import type { Key } from './key-ring.ts'

type Secrets = ReadonlyMap<string, string>

/** Sends a request of the mint's own, with these secrets, and gives the answer's JSON. */
export type AskForToken = (wire: WireRequest, secrets: Secrets) => Promise<unknown>

interface Minted {
  readonly token: string
  /** Both by `performance.now()`. */
  readonly madeAt: number
  readonly usableUntil: number
}

interface Mint {
  readonly make: (secrets: Secrets) => Promise<{ readonly token: string; readonly lifeMs: number }>
  readonly isReused: boolean
}

/** A promise, so that calls that come at the same time wait for one exchange. */
type Kept = Map<string, Promise<Minted>>

/** An exchanged token is renewed this long before its end, as clocks differ and requests take time. */
const marginMs = 60_000
/** RFC 6749 leaves `expires_in` optional. */
const defaultLifeMs = 5 * 60_000
/** Tokens of the past that are still taken out of texts. */
const mostKnown = 50

export interface TokenMintParts {
  readonly clock: () => number
  readonly redactor: Redactor
  readonly ask: AskForToken
}

/** Makes the tokens of one provider: those it signs, and those the vendor gives for them. */
export class TokenMint {
  #parts: TokenMintParts
  #mints = new Map<string, Mint>()
  #kept = new WeakMap<Key, Kept>()
  #known: string[] = []

  constructor(parts: TokenMintParts) {
    this.#parts = parts
  }

  /** See `ProviderContext.sign`. */
  sign = (jwt: JwtSpec): string => {
    const { reuseMs = 0 } = jwt
    const make = async (secrets: Secrets) => ({ token: signJwt(jwt, secrets, this.#parts.clock()), lifeMs: reuseMs })
    return this.#register({ make, isReused: reuseMs > 0 })
  }

  /** See `ProviderContext.exchange`. */
  exchange = (exchange: TokenExchange): string => {
    const make = async (secrets: Secrets) => {
      const wire = exchange.request()
      const { clock, ask } = this.#parts
      const tokens = await this.#tokensFor(wire, secrets)
      return readToken(await ask(wire, withTokens(secrets, tokens)), exchange, clock())
    }
    return this.#register({ make, isReused: true })
  }

  /** The secrets of a key with the tokens that this request needs, and when the newest of these was made; 0 when it needs none. */
  async secretsFor(wire: WireRequest, key: Key): Promise<{ readonly secrets: Secrets; readonly madeAt: number }> {
    const kept = this.#kept.get(key) ?? new Map<string, Promise<Minted>>()
    this.#kept.set(key, kept)
    const tokens = await this.#tokensFor(wire, key.secrets, kept)
    return { secrets: withTokens(key.secrets, tokens), madeAt: Math.max(0, ...Array.from(tokens.values(), ({ madeAt }) => madeAt)) }
  }

  get isEmpty(): boolean {
    return this.#mints.size === 0
  }

  /** The vendor refused tokens of this key that were made at this time: the next request gets new ones. */
  async renew(key: Key, madeAt: number): Promise<void> {
    const kept = this.#kept.get(key)
    for (const [placeholder, making] of kept ?? []) {
      const minted = await making.catch(() => undefined)
      if (minted !== undefined && minted.madeAt <= madeAt && kept?.get(placeholder) === making) kept.delete(placeholder)
    }
  }

  #register(mint: Mint): string {
    const placeholder = `{{token:${this.#mints.size + 1}}}`
    this.#mints.set(placeholder, mint)
    return placeholder
  }

  async #tokensFor({ headers }: WireRequest, secrets: Secrets, kept: Kept = new Map()): Promise<ReadonlyMap<string, Minted>> {
    const texts = Object.values(headers)
    const wanted = [...this.#mints].filter(([placeholder]) => texts.some(text => text.includes(placeholder)))
    return new Map(
      await Promise.all(
        wanted.map(async ([placeholder, mint]) => [placeholder, await this.#take(placeholder, mint, secrets, kept)] as const)
      )
    )
  }

  async #take(placeholder: string, mint: Mint, secrets: Secrets, kept: Kept): Promise<Minted> {
    if (!mint.isReused) return this.#make(mint, secrets)
    const before = kept.get(placeholder)
    const minted = await before
    if (minted !== undefined && performance.now() < minted.usableUntil) return minted
    // Another call may have begun to renew it meanwhile.
    const begun = kept.get(placeholder)
    if (begun !== undefined && begun !== before) return begun
    const making = this.#make(mint, secrets)
    kept.set(placeholder, making)
    making.catch(() => kept.delete(placeholder))
    return making
  }

  async #make(mint: Mint, secrets: Secrets): Promise<Minted> {
    const { token, lifeMs } = await mint.make(secrets)
    this.#keepOutOfTexts(token)
    const madeAt = performance.now()
    return { token, madeAt, usableUntil: madeAt + lifeMs }
  }

  #keepOutOfTexts(token: string): void {
    const { redactor } = this.#parts
    redactor.add(token)
    this.#known.push(token)
    if (this.#known.length > mostKnown) redactor.remove(this.#known.shift()!)
  }
}

function withTokens(secrets: Secrets, tokens: ReadonlyMap<string, Minted>): Secrets {
  return tokens.size === 0 ? secrets : new Map([...secrets, ...Array.from(tokens, ([name, { token }]) => [name, token] as const)])
}

/** RFC 6749 section 5.1. */
function readToken(
  body: unknown,
  { expiresIn = 'duration' }: TokenExchange,
  nowMs: number
): { readonly token: string; readonly lifeMs: number } {
  const { access_token: token, expires_in: expires } = (body ?? {}) as { readonly access_token?: unknown; readonly expires_in?: unknown }
  if (typeof token !== 'string' || token === '') {
    throw new ProviderError('auth', 'The vendor gave no token for the signed one.', { code: 'no_token' })
  }
  const seconds = Number(expires)
  const lifeMs = expires === undefined || !Number.isFinite(seconds) ? defaultLifeMs : seconds * 1000 - (expiresIn === 'moment' ? nowMs : 0)
  return { token, lifeMs: Math.max(0, lifeMs - marginMs) }
}
