import type { ClientKey } from '@resoftai/storage'

export type KeyState = 'valid' | 'expired' | 'revoked'

export function stateOf({ revokedAt, expiresAt }: Pick<ClientKey, 'revokedAt' | 'expiresAt'>, now: number): KeyState {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid'
}

/** A key for programs: times in UTC. */
export function keyDocument(key: ClientKey, now: number): object {
  const { id, name, role, shown, models, budgets, requestsPerMinute, tokensPerMinute, parallel } = key
  return {
    id,
    name,
    role,
    shown,
    state: stateOf(key, now),
    createdAt: timeOf(key.createdAt),
    expiresAt: timeOf(key.expiresAt),
    revokedAt: timeOf(key.revokedAt),
    lastUsedAt: timeOf(key.lastUsedAt),
    models,
    budgets,
    requestsPerMinute,
    tokensPerMinute,
    parallel
  }
}

export function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
