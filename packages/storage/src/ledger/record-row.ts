import type { CallsTable } from '../tables.ts'
import type { CallRecord, CallStatus, RateUsed } from '../types.ts'
import { checkFinite, checkNanos, toMs, toWhole } from '../numbers.ts'

export function toRow(record: CallRecord, givenUp: boolean): CallsTable {
  const tokens = (name: keyof CallRecord, value: number | null) => (value === null ? null : toWhole(name, value))
  return {
    id: record.id,
    at: toMs('at', record.at),
    provider: text(record.provider),
    model: text(record.model),
    answered_model: optionalText(record.answeredModel),
    agent: optionalText(record.agent),
    key: optionalText(record.key),
    status: record.status,
    input_tokens: tokens('inputTokens', record.inputTokens),
    cached_tokens: tokens('cachedTokens', record.cachedTokens),
    cache_write_tokens: tokens('cacheWriteTokens', record.cacheWriteTokens),
    output_tokens: tokens('outputTokens', record.outputTokens),
    reasoning_tokens: tokens('reasoningTokens', record.reasoningTokens),
    estimated: flag(record.estimated),
    cost_nanos: record.costNanos === null ? null : checkNanos('costNanos', record.costNanos),
    currency: record.currency,
    rates: JSON.stringify(record.rates),
    attempts: toWhole('attempts', record.attempts),
    duration_ms: checkFinite('durationMs', record.durationMs),
    first_event_ms: record.firstEventMs === null ? null : checkFinite('firstEventMs', record.firstEventMs),
    unreserved: flag(record.unreserved),
    given_up: flag(givenUp)
  }
}

export function fromRow(row: CallsTable): CallRecord {
  return {
    id: row.id,
    at: Number(row.at),
    provider: row.provider,
    model: row.model,
    answeredModel: row.answered_model,
    agent: row.agent,
    key: row.key,
    status: row.status as CallStatus,
    inputTokens: optionalNumber(row.input_tokens),
    cachedTokens: optionalNumber(row.cached_tokens),
    cacheWriteTokens: optionalNumber(row.cache_write_tokens),
    outputTokens: optionalNumber(row.output_tokens),
    reasoningTokens: optionalNumber(row.reasoning_tokens),
    estimated: row.estimated === 1n,
    costNanos: row.cost_nanos,
    currency: row.currency,
    rates: JSON.parse(row.rates) as RateUsed[],
    attempts: Number(row.attempts),
    durationMs: row.duration_ms,
    firstEventMs: row.first_event_ms,
    unreserved: row.unreserved === 1n
  }
}

const flag = (value: boolean) => (value ? 1n : 0n)
const optionalNumber = (value: bigint | null) => (value === null ? null : Number(value))

/** PostgreSQL keeps no NUL, and a reply may name its model as it likes. */
const text = (value: string) => value.replaceAll('\0', '\u{FFFD}')
const optionalText = (value: string | null) => (value === null ? null : text(value))
