import type { ClientKey } from '@resoftai/storage'

/** A key for programs, as `resoftai keys list --json` shows it: times in UTC. */
export function keyDocument(key: ClientKey, now: number): Readonly<Record<string, unknown>> {
  const {
    id,
    name,
    role,
    shown,
    createdAt,
    expiresAt,
    revokedAt,
    lastUsedAt,
    models,
    budgets,
    requestsPerMinute,
    tokensPerMinute,
    parallel
  } = key
  return {
    id,
    name,
    role,
    shown,
    state: stateOf(key, now),
    createdAt: timeOf(createdAt),
    expiresAt: timeOf(expiresAt),
    revokedAt: timeOf(revokedAt),
    lastUsedAt: timeOf(lastUsedAt),
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

function stateOf({ revokedAt, expiresAt }: ClientKey, now: number): 'valid' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'valid'
}
