import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const prefix = 'rk-'

/** A new key: 256 random bits. It is shown once; only its digest is kept. */
export function newKey(): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** SHA-256, hex. Enough for what is random: nobody can guess 256 bits, so there is nothing to slow down. */
export function digestOf(key: string | Uint8Array): string {
  return hash('sha256', key)
}

export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** What a person sees of a key: `rk-a1b2…`. */
export function shownOf(key: string): string {
  return `${key.slice(0, prefix.length + 4)}…`
}
