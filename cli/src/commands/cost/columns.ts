import type { CallRecord } from '@resoftai/core'
import { decimalOf } from '../../chat/money.ts'
import type { Cell } from './csv.ts'

/** What a record is exported as: times in UTC, money as an exact decimal. */
export const columns: Readonly<Record<string, (record: CallRecord) => Cell>> = {
  id: ({ id }) => id,
  time: ({ at }) => new Date(at).toISOString(),
  provider: ({ provider }) => provider,
  model: ({ model }) => model,
  answered_model: ({ answeredModel }) => answeredModel,
  agent: ({ agent }) => agent,
  key: ({ key }) => key,
  status: ({ status }) => status,
  input_tokens: ({ inputTokens }) => inputTokens,
  cached_tokens: ({ cachedTokens }) => cachedTokens,
  cache_write_tokens: ({ cacheWriteTokens }) => cacheWriteTokens,
  output_tokens: ({ outputTokens }) => outputTokens,
  reasoning_tokens: ({ reasoningTokens }) => reasoningTokens,
  estimated: ({ estimated }) => estimated,
  cost: ({ costNanos }) => (costNanos === null ? null : decimalOf(costNanos)),
  currency: ({ currency }) => currency,
  rates: ({ rates }) => rates.map(({ from, to, rate, date }) => `${from}/${to} ${rate} ${date}`).join('; '),
  attempts: ({ attempts }) => attempts,
  duration_ms: ({ durationMs }) => durationMs,
  first_event_ms: ({ firstEventMs }) => firstEventMs,
  unreserved: ({ unreserved }) => unreserved
}
