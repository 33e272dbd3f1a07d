import { ProviderError, type ProviderErrorKind } from '@resoftai/sdk'

/** One key of a provider: the real values of its secrets, by placeholder. */
export interface Key {
  /** From 1; absent when the provider has only one. */
  readonly number?: number
  readonly secrets: ReadonlyMap<string, string>
}

/** How long a key rests when the vendor does not say: until its rate window is over, or until somebody may have seen to it. */
const restMs: Partial<Record<ProviderErrorKind, number>> = {
  rate_limit: 10_000,
  quota: 10 * 60_000,
  auth: 10 * 60_000,
  permission: 10 * 60_000
}

/** The keys of a provider, used in turn. One that is exhausted or refused rests; a single key never does. */
export class KeyRing {
  #provider: string
  #keys: readonly Key[]
  /** Since when each may be used again, and why it rests. */
  #rests = new Map<Key, { readonly until: number; readonly because: ProviderError }>()
  #next = 0

  constructor(provider: string, secretSets: readonly ReadonlyMap<string, string>[]) {
    this.#provider = provider
    this.#keys =
      secretSets.length === 1 ? [{ secrets: secretSets[0]! }] : secretSets.map((secrets, index) => ({ number: index + 1, secrets }))
  }

  get size(): number {
    return this.#keys.length
  }

  get resting(): number {
    return this.#keys.filter(key => this.#restOf(key) > 0).length
  }

  /** Throws what the key that is free first failed with, when all rest. */
  take(): Key {
    for (let tried = 0; tried < this.#keys.length; tried++) {
      const key = this.#keys[this.#next++ % this.#keys.length]!
      if (this.#restOf(key) <= 0) return key
    }
    const [{ until, because } = { until: 0, because: undefined }] = [...this.#rests.values()].toSorted((a, b) => a.until - b.until)
    throw new ProviderError(
      because?.kind ?? 'rate_limit',
      `All ${this.size} keys of ${this.#provider} rest; the last one failed with: ${because?.message}`,
      {
        code: 'keys_resting',
        retryAfterMs: Math.max(1, Math.ceil(until - performance.now())),
        hint: because?.hint
      }
    )
  }

  /** What a try with this key failed with; the key rests when it is at fault. */
  rest(key: Key, failure: ProviderError): void {
    const ms = restMs[failure.kind]
    if (this.size === 1 || ms === undefined) return
    this.#rests.set(key, { until: performance.now() + (failure.retryAfterMs ?? ms), because: failure })
  }

  /** True when another key may do what this failure kept one from. */
  canReplace({ kind, code }: ProviderError): boolean {
    return this.size > 1 && restMs[kind] !== undefined && code !== 'keys_resting' && this.resting < this.size
  }

  #restOf(key: Key): number {
    const rest = this.#rests.get(key)
    return rest === undefined ? 0 : rest.until - performance.now()
  }
}
