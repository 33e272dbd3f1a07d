import type { Host } from '@resoftai/core'
import type { Settings } from '@resoftai/gateway'
import type { Configuration } from './configuration.ts'

/** What of a configuration the gateway can change while it serves. */
export function settingsOf(host: Host, { config, place }: Configuration): Settings {
  const { metrics = 'admin', docs = 'public' } = config.gateway
  const { anonymous, cors, maxBodyBytes } = place
  return { host, anonymous, cors, maxBodyBytes, metrics, docs }
}
