import { HostError } from '@resoftai/core'
import type { Context } from '../../context.ts'
import type { Calendar } from './calendar.ts'
import { readTime, type Bound } from './read-time.ts'

const flags: Readonly<Record<Bound, string>> = { since: '--since', until: '--until', olderThan: '--older-than' }

/** A time that was typed as an option, in milliseconds since 1970. Throws `HostError` `usage` for what is none. */
export function timeOption(typed: string, bound: Bound, now: number, calendar: Calendar, { text }: Pick<Context, 'text'>): number {
  const at = readTime(typed, bound, now, calendar)
  if (at !== undefined) return at
  throw new HostError('usage', text('cost.time', { flag: flags[bound], typed }), {
    hint: text(bound === 'since' ? 'cost.sinceHint' : 'cost.timeHint')
  })
}
