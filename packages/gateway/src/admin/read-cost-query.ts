import type { RecordFilter, TotalsBy } from '@resoftai/core'
import { badRequest } from '../error.ts'

const groups: readonly string[] = ['time', 'provider', 'model', 'agent', 'key'] satisfies readonly TotalsBy[]
const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const usualSpan = '7d'

export interface CostQuestion {
  readonly filter: RecordFilter & { readonly since: number }
  readonly by: readonly TotalsBy[]
}

/** Of `?since=7d&until=2026-11-01&by=provider,model&key=ann`. Throws `GatewayError` 400. */
export function readCostQuery(query: unknown, now: number): CostQuestion {
  const { since = usualSpan, until, by = 'provider', ...rest } = query as Readonly<Record<string, unknown>>
  const filter = { since: readTime('since', since, now), ...(until !== undefined && { until: readTime('until', until, now) }) }
  const names = typeof by === 'string' ? by.split(',') : []
  if (names.length === 0 || !names.every(name => groups.includes(name)))
    throw badRequest(`by must be one or several of ${groups.join(', ')}.`, 'by')
  return { filter: { ...filter, ...readSubjects(rest) }, by: [...new Set(names)] as TotalsBy[] }
}

function readTime(name: string, value: unknown, now: number): number {
  const written = typeof value === 'string' ? value : ''
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})([hdw])$/.exec(written) ?? []
  const ms = unitMs[unit]
  if (ms !== undefined) return Math.max(0, now - Number(count) * ms)
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(written) ? Date.parse(written) : NaN
  if (at >= 0) return at
  throw badRequest(`${name} must be a span such as 24h, 7d or 4w, or a time such as 2026-11-01 or 2026-11-01T08:00:00Z.`, name)
}

const subjects = ['provider', 'model', 'agent', 'key'] as const

function readSubjects(query: Readonly<Record<string, unknown>>): Pick<RecordFilter, (typeof subjects)[number]> {
  const found: Partial<Record<(typeof subjects)[number], string>> = {}
  for (const [name, value] of Object.entries(query)) {
    const subject = subjects.find(one => one === name)
    if (subject === undefined || typeof value !== 'string') {
      throw badRequest(`The query may have since, until, by, ${subjects.join(', ')}, each once.`, name.slice(0, 100))
    }
    found[subject] = value
  }
  return found
}
