import type { HostErrorKind } from '@resoftai/core'
import type { ProviderErrorKind } from '@resoftai/sdk'

/** What the process ends with; documented in `docs/guides/cli.md`. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  not_found: 3,
  incompatible: 4,
  integrity: 5,
  config: 6,
  busy: 7,
  network: 8,
  /** Ctrl-C: 128 + SIGINT, as shells have it. */
  cancelled: 130
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const ofHostError: Readonly<Record<HostErrorKind, ExitCode>> = {
  usage: exitCodes.usage,
  not_found: exitCodes.not_found,
  incompatible: exitCodes.incompatible,
  integrity: exitCodes.integrity,
  config: exitCodes.config,
  busy: exitCodes.busy,
  network: exitCodes.network,
  plugin: exitCodes.failure,
  storage: exitCodes.failure
}

const ofProviderError: Readonly<Record<ProviderErrorKind, ExitCode>> = {
  auth: exitCodes.failure,
  permission: exitCodes.failure,
  not_found: exitCodes.not_found,
  bad_request: exitCodes.failure,
  context_length: exitCodes.failure,
  content_filter: exitCodes.failure,
  rate_limit: exitCodes.busy,
  quota: exitCodes.failure,
  overloaded: exitCodes.busy,
  server: exitCodes.failure,
  network: exitCodes.network,
  timeout: exitCodes.network,
  stalled: exitCodes.network,
  truncated: exitCodes.network,
  protocol: exitCodes.failure,
  cancelled: exitCodes.cancelled
}

export function hostExitCode(kind: HostErrorKind): ExitCode {
  return ofHostError[kind] ?? exitCodes.failure
}

export function providerExitCode(kind: ProviderErrorKind): ExitCode {
  return ofProviderError[kind] ?? exitCodes.failure
}
