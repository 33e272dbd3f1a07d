import type { ClientKey, KeyStore } from '@resoftai/storage'
import { digestOf, isSameDigest } from './digest.ts'

/** How long a key that was found is not looked for again: another process may revoke it meanwhile. */
const keptMs = 5_000
/** How exactly it is known when a key was last used. */
const touchMs = 60_000
/** Keys that are asked with, at one time; guesses are not kept. */
const mostKept = 10_000

/** Finds the client key that a request brings. */
export class KeyRing {
  readonly #store: KeyStore
  readonly #clock: () => number
  readonly #touched = new Map<string, number>()
  readonly #known = new Map<string, { readonly key: ClientKey; readonly until: number }>()

  constructor(store: KeyStore, clock: () => number) {
    this.#store = store
    this.#clock = clock
  }

  /** `undefined`: there is no such key, or it is revoked or has expired. */
  async find(presented: string): Promise<ClientKey | undefined> {
    const digest = digestOf(presented)
    const known = this.#known.get(digest)
    if (known !== undefined && known.until > performance.now()) return this.#isValid(known.key) ? this.#touch(known.key) : undefined
    const found = await this.#store.find(digest)
    this.#known.delete(digest)
    if (found === undefined || !isSameDigest(found.digest, digest) || !this.#isValid(found.key)) return undefined
    if (this.#known.size >= mostKept) this.#known.clear()
    this.#known.set(digest, { key: found.key, until: performance.now() + keptMs })
    return this.#touch(found.key)
  }

  /** After a change to any key. */
  forget(): void {
    this.#known.clear()
  }

  /** Nobody waits for it, and a storage that fails is told of by those who need it. */
  #touch(key: ClientKey): ClientKey {
    const now = performance.now()
    if (now - (this.#touched.get(key.id) ?? -Infinity) < touchMs) return key
    if (this.#touched.size >= mostKept) this.#touched.clear()
    this.#touched.set(key.id, now)
    this.#store.touch(key.id, this.#clock()).catch(() => undefined)
    return key
  }

  #isValid({ revokedAt, expiresAt }: ClientKey): boolean {
    return revokedAt === null && (expiresAt === null || expiresAt > this.#clock())
  }
}
