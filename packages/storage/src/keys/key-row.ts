import { toMs, toWhole } from '../numbers.ts'
import type { ClientKeysTable } from '../tables.ts'
import type { ClientKey, KeyBudget, KeyChanges } from './types.ts'

export function fromRow(row: ClientKeysTable): ClientKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role as ClientKey['role'],
    shown: row.shown,
    createdAt: Number(row.created_at),
    expiresAt: optionalNumber(row.expires_at),
    revokedAt: optionalNumber(row.revoked_at),
    lastUsedAt: optionalNumber(row.last_used_at),
    models: row.models === null ? null : (JSON.parse(row.models) as string[]),
    budgets: JSON.parse(row.budgets) as KeyBudget[],
    requestsPerMinute: optionalNumber(row.requests_per_minute),
    tokensPerMinute: optionalNumber(row.tokens_per_minute),
    parallel: optionalNumber(row.parallel)
  }
}

type Changed = Pick<ClientKeysTable, 'models' | 'budgets' | 'requests_per_minute' | 'tokens_per_minute' | 'parallel' | 'expires_at'>

/** The columns of what is named. */
export function changedColumns({ models, budgets, requestsPerMinute, tokensPerMinute, parallel, expiresAt }: KeyChanges): Partial<Changed> {
  return {
    ...(models !== undefined && { models: models === null ? null : JSON.stringify(models) }),
    ...(budgets !== undefined && { budgets: JSON.stringify(budgets) }),
    ...(requestsPerMinute !== undefined && { requests_per_minute: optionalWhole('requestsPerMinute', requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokens_per_minute: optionalWhole('tokensPerMinute', tokensPerMinute) }),
    ...(parallel !== undefined && { parallel: optionalWhole('parallel', parallel) }),
    ...(expiresAt !== undefined && { expires_at: expiresAt === null ? null : toMs('expiresAt', expiresAt) })
  }
}

const optionalNumber = (value: bigint | null) => (value === null ? null : Number(value))
const optionalWhole = (name: string, value: number | null) => (value === null ? null : toWhole(name, value))
