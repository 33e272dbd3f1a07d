import type { ProviderErrorKind } from '@resoftai/sdk'

/** What a fault does to a reply inside the process; over HTTP it is done for real, see `wire-fault.ts`. */
export interface FaultEffect {
  /** A kind: the call fails with it. `stall`: never again anything. `end`: the reply just ends. `none`: nothing to see in process. */
  readonly effect: ProviderErrorKind | 'stall' | 'end' | 'none'
  /** Text events before it, unless the request says otherwise; unused for `none`. */
  readonly after: number
}

export const faults = {
  auth: { effect: 'auth', after: 0 },
  permission: { effect: 'permission', after: 0 },
  not_found: { effect: 'not_found', after: 0 },
  bad_request: { effect: 'bad_request', after: 0 },
  context_length: { effect: 'context_length', after: 0 },
  content_filter: { effect: 'content_filter', after: 0 },
  rate_limit: { effect: 'rate_limit', after: 0 },
  quota: { effect: 'quota', after: 0 },
  overloaded: { effect: 'overloaded', after: 0 },
  server: { effect: 'server', after: 0 },
  network: { effect: 'network', after: 0 },
  timeout: { effect: 'timeout', after: 0 },
  stall: { effect: 'stall', after: 1 },
  truncated: { effect: 'end', after: 1 },
  cut: { effect: 'end', after: 1 },
  reset: { effect: 'network', after: 1 },
  comments: { effect: 'stall', after: 1 },
  empty_deltas: { effect: 'stall', after: 1 },
  garbage: { effect: 'protocol', after: 1 },
  html: { effect: 'protocol', after: 0 },
  no_done: { effect: 'none', after: 0 },
  slow: { effect: 'none', after: 0 }
} as const satisfies Readonly<Record<string, FaultEffect>>

export type Fault = keyof typeof faults

export function isFault(name: string): name is Fault {
  return Object.hasOwn(faults, name)
}
