import { HostError, type RecordFilter } from '@resoftai/core'
import type { Context } from '../../context.ts'
import type { Input } from '../spec.ts'
import type { Calendar } from './calendar.ts'
import { timeOption } from './time-option.ts'

/** Which records `--since`, `--until` and `--provider` name. Throws `HostError` `usage`. */
export function readRange(input: Input, standard: string, now: number, calendar: Calendar, context: Pick<Context, 'text'>): RecordFilter {
  const typed = input.value('since') ?? standard
  const last = input.value('until')
  const provider = input.value('provider')
  const since = typed === 'all' ? undefined : timeOption(typed, 'since', now, calendar, context)
  const until = last === undefined ? undefined : timeOption(last, 'until', now, calendar, context)
  if (since !== undefined && until !== undefined && until <= since) throw new HostError('usage', context.text('cost.emptyRange'))
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }), ...(provider !== undefined && { provider }) }
}
