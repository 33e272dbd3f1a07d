import type { Host, ProviderStats } from '@resoftai/core'

type Stats = Readonly<Record<string, ProviderStats>>

/** What happened with each provider since the process began: of the host in use and of all that were in use before, which may have calls left. */
export class HostStats {
  readonly #hosts = new Set<Pick<Host, 'stats'>>()
  #past: Stats = {}

  add(host: Pick<Host, 'stats'>): void {
    this.#hosts.add(host)
  }

  /** Its calls have ended. */
  remove(host: Pick<Host, 'stats'>): void {
    if (!this.#hosts.delete(host)) return
    this.#past = sum(this.#past, resting(host.stats()))
  }

  stats(): Stats {
    return [...this.#hosts].reduce((total, host) => sum(total, host.stats()), this.#past)
  }
}

/** Nothing is known of the vendor by a host that is not in use. */
function resting(stats: Stats): Stats {
  const entries = Object.entries(stats).map(([name, { breaker, ...counts }]) => {
    return [name, { ...counts, breaker: { ...breaker, state: 'closed' }, keys: { total: 0, resting: 0 } }] as const
  })
  return Object.fromEntries(entries)
}

/** What was counted is added up; what is a state is that of the later ones. */
function sum(before: Stats, after: Stats): Stats {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return Object.fromEntries(
    [...names].map(name => {
      const [one, other] = [before[name], after[name]]
      if (one === undefined || other === undefined) return [name, (one ?? other)!]
      return [name, { ...(add(one, other) as ProviderStats), keys: other.keys }]
    })
  )
}

/** Numbers, deep inside of what has one form. */
function add(one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined) return one ?? other
  if (typeof one === 'number' && typeof other === 'number') return one + other
  if (Array.isArray(one) && Array.isArray(other)) return one.map((value, index) => add(value, other[index]))
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return other
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>]
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return Object.fromEntries([...keys].map(key => [key, add(left[key], right[key])]))
}
